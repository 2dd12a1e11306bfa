// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Security associations of the kernel: made, asked for, changed, removed.
 */
#include <errno.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "xfrm_private.h"

/* Of ESP with AEAD, in bits. */
#define XFRM_ICV 128

/* Replay windows that the kernel takes, and the words of its bitmap. */
#define XFRM_WINDOW_MAX 4096
#define XFRM_WINDOW_WORD 32

/* Report a port that has changed at once, then no more than each second. */
#define XFRM_MOVED_INTERVAL 1

/* How often a dump is repeated that changed while it was read. */
#define XFRM_DUMP_TRIES 4

static const char *const xfrm_algorithms[] = {
	[XFRM_AES_256_GCM] = "rfc4106(gcm(aes))",
	[XFRM_CHACHA20_POLY1305] = "rfc7539esp(chacha20,poly1305)",
};

#define XFRM_ALGORITHMS \
	(sizeof(xfrm_algorithms) / sizeof(xfrm_algorithms[0]))

/* The kernel has no words of its own for the two refusals that may come. */
static int xfrm_sa_do(struct xfrm *xfrm, struct nl_msg *message,
		      void (*reply)(struct nlmsghdr *header, void *context),
		      void *context)
{
	int error = netlink_request_do(&xfrm->request, message, reply, context);
	char *words = xfrm->request.error;

	if (!error || strcmp(words, strerror(-error)))
		return error;
	if (error == -EEXIST)
		snprintf(words, sizeof(xfrm->request.error), "%s",
			 "there is a security association with this SPI");
	else if (error == -ESRCH)
		snprintf(words, sizeof(xfrm->request.error), "%s",
			 "no such security association");
	return error;
}

static int xfrm_refuse(struct xfrm *xfrm, int error, const char *words)
{
	snprintf(xfrm->request.error, sizeof(xfrm->request.error), "%s",
		 words);
	return error;
}

/* ---- making ---- */

static uint64_t xfrm_limit(uint64_t limit)
{
	return limit ? limit : XFRM_INF;
}

static void xfrm_sa_info(const struct xfrm_sa *sa,
			 struct xfrm_usersa_info *info)
{
	memset(info, 0, sizeof(*info));
	info->family = nhrp_address_family(&sa->destination);
	info->sel.family = info->family;
	xfrm_put_address(&info->saddr, &sa->source);
	xfrm_put_address(&info->id.daddr, &sa->destination);
	info->id.spi = htonl(sa->spi);
	info->id.proto = IPPROTO_ESP;
	info->mode = XFRM_MODE_TRANSPORT;
	info->reqid = sa->if_id;
	info->flags = XFRM_STATE_ESN;
	info->lft.soft_byte_limit = XFRM_INF;
	info->lft.hard_byte_limit = XFRM_INF;
	info->lft.soft_packet_limit = xfrm_limit(sa->soft_packets);
	info->lft.hard_packet_limit = xfrm_limit(sa->hard_packets);
	info->lft.hard_add_expires_seconds = sa->hard_seconds;
}

/* Built in place, so that the message is the key's only copy. */
static int xfrm_put_algorithm(struct nl_msg *message, const struct xfrm_sa *sa)
{
	struct xfrm_algo_aead *aead;
	struct nlattr *attribute;

	attribute = nla_reserve(message, XFRMA_ALG_AEAD,
				sizeof(*aead) + sizeof(sa->key));
	if (!attribute)
		return -EMSGSIZE;
	aead = nla_data(attribute);
	memset(aead, 0, sizeof(*aead));
	snprintf(aead->alg_name, sizeof(aead->alg_name), "%s",
		 xfrm_algorithms[sa->algorithm]);
	aead->alg_key_len = 8 * sizeof(sa->key);
	aead->alg_icv_len = XFRM_ICV;
	memcpy(aead->alg_key, sa->key, sizeof(sa->key));
	return 0;
}

static int xfrm_put_replay(struct nl_msg *message, const struct xfrm_sa *sa)
{
	uint32_t words = sa->replay_window / XFRM_WINDOW_WORD;
	struct xfrm_replay_state_esn *replay;
	struct nlattr *attribute;
	size_t length;

	length = sizeof(*replay) + words * sizeof(replay->bmp[0]);
	attribute = nla_reserve(message, XFRMA_REPLAY_ESN_VAL, length);
	if (!attribute)
		return -EMSGSIZE;
	replay = nla_data(attribute);
	memset(replay, 0, length);
	replay->bmp_len = words;
	replay->replay_window = sa->replay_window;
	return 0;
}

static int xfrm_put_encapsulation(struct nl_msg *message,
				  const struct xfrm_sa *sa)
{
	struct xfrm_encap_tmpl encapsulation = {
		.encap_type = UDP_ENCAP_ESPINUDP,
		.encap_sport = htons(sa->source_port),
		.encap_dport = htons(sa->destination_port),
	};

	if (!sa->source_port)
		return 0;
	if (nla_put(message, XFRMA_ENCAP, sizeof(encapsulation),
		    &encapsulation) < 0 ||
	    nla_put_u32(message, XFRMA_MTIMER_THRESH, XFRM_MOVED_INTERVAL) < 0)
		return -EMSGSIZE;
	return 0;
}

/* A state for XFRM_MSG_NEWSA or XFRM_MSG_UPDSA; NULL: out of memory. */
static struct nl_msg *xfrm_sa_message(int type, const struct xfrm_sa *sa)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, 0);
	struct xfrm_usersa_info info;

	if (!message)
		return NULL;
	xfrm_sa_info(sa, &info);
	if (nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO) < 0 ||
	    xfrm_put_algorithm(message, sa) ||
	    xfrm_put_replay(message, sa) ||
	    xfrm_put_encapsulation(message, sa) ||
	    (sa->if_id && nla_put_u32(message, XFRMA_IF_ID, sa->if_id) < 0)) {
		netlink_message_wipe(message);
		return NULL;
	}
	return message;
}

static const char *xfrm_sa_fault(const struct xfrm_sa *sa)
{
	if (!sa->destination.length ||
	    sa->source.length != sa->destination.length)
		return "the addresses are of different families";
	if (!sa->spi || !sa->if_id)
		return "neither SPI nor if_id may be 0";
	if (sa->algorithm >= XFRM_ALGORITHMS)
		return "unknown algorithm";
	if (!sa->source_port != !sa->destination_port)
		return "only one of the UDP ports is set";
	if (!sa->replay_window || sa->replay_window > XFRM_WINDOW_MAX ||
	    sa->replay_window % XFRM_WINDOW_WORD)
		return "the replay window is no multiple of 32 up to 4096";
	return NULL;
}

int xfrm_sa_add(struct xfrm *xfrm, const struct xfrm_sa *sa)
{
	const char *fault = xfrm_sa_fault(sa);

	if (fault)
		return xfrm_refuse(xfrm, -EINVAL, fault);
	return xfrm_sa_do(xfrm, xfrm_sa_message(XFRM_MSG_NEWSA, sa), NULL,
			  NULL);
}

/* ---- finding ---- */

static struct nl_msg *xfrm_id_message(int type,
				      const struct nhrp_address *destination,
				      uint32_t spi)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, 0);
	struct xfrm_usersa_id id = {
		.spi = htonl(spi),
		.family = nhrp_address_family(destination),
		.proto = IPPROTO_ESP,
	};

	if (!message)
		return NULL;
	xfrm_put_address(&id.daddr, destination);
	if (nlmsg_append(message, &id, sizeof(id), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

int xfrm_sa_delete(struct xfrm *xfrm, const struct nhrp_address *destination,
		   uint32_t spi)
{
	return xfrm_sa_do(xfrm, xfrm_id_message(XFRM_MSG_DELSA, destination,
						spi), NULL, NULL);
}

static void xfrm_found_attributes(struct xfrm_found *found, struct nlattr **tb)
{
	struct xfrm_replay_state_esn replay;
	struct xfrm_algo_aead *aead;

	if (tb[XFRMA_ALG_AEAD]) {
		aead = nla_data(tb[XFRMA_ALG_AEAD]);
		snprintf(found->algorithm, sizeof(found->algorithm), "%.*s",
			 (int)sizeof(aead->alg_name) - 1, aead->alg_name);
	}
	if (tb[XFRMA_REPLAY_ESN_VAL]) {
		memcpy(&replay, nla_data(tb[XFRMA_REPLAY_ESN_VAL]),
		       sizeof(replay));
		found->replay_window = replay.replay_window;
	}
	found->encapsulated = tb[XFRMA_ENCAP];
}

/* An SA in a message; false: none, or none with an if_id. */
static bool xfrm_found_parse(struct nlmsghdr *header, struct xfrm_found *found)
{
	struct nlattr *tb[XFRMA_MAX + 1];

	memset(found, 0, sizeof(*found));
	if (header->nlmsg_type != XFRM_MSG_NEWSA ||
	    !xfrm_parse(header, sizeof(found->info), tb))
		return false;
	memcpy(&found->info, nlmsg_data(header), sizeof(found->info));
	if (!xfrm_get_id(&found->id, &found->info, tb))
		return false;
	xfrm_found_attributes(found, tb);
	return true;
}

static void xfrm_find_reply(struct nlmsghdr *header, void *context)
{
	struct xfrm_found *found = context;

	if (!xfrm_found_parse(header, found))
		memset(found, 0, sizeof(*found));
}

int xfrm_find(struct xfrm *xfrm, const struct nhrp_address *destination,
	      uint32_t spi, struct xfrm_found *found)
{
	int error;

	memset(found, 0, sizeof(*found));
	error = xfrm_sa_do(xfrm, xfrm_id_message(XFRM_MSG_GETSA, destination,
						 spi), xfrm_find_reply, found);
	if (error)
		return error;
	if (!found->id.spi)
		return xfrm_refuse(xfrm, -ESRCH,
				   "this security association is not ours");
	return 0;
}

int xfrm_sa_usage(struct xfrm *xfrm, const struct nhrp_address *destination,
		  uint32_t spi, struct xfrm_usage *usage)
{
	struct xfrm_found found;
	int error = xfrm_find(xfrm, destination, spi, &found);

	memset(usage, 0, sizeof(*usage));
	if (error)
		return error;
	usage->bytes = found.info.curlft.bytes;
	usage->packets = found.info.curlft.packets;
	return 0;
}

/* ---- all of them ---- */

struct xfrm_each {
	void (*each)(const struct xfrm_sa_id *id, void *context);
	void *context;
};

static void xfrm_dumped(struct nlmsghdr *header, void *context)
{
	struct xfrm_each *dump = context;
	struct xfrm_found found;

	if (xfrm_found_parse(header, &found))
		dump->each(&found.id, dump->context);
}

/* The kernel expects attributes at once here, and no fixed part. */
static int xfrm_dump_once(struct xfrm *xfrm, struct xfrm_each *dump)
{
	struct nl_msg *message;

	message = nlmsg_alloc_simple(XFRM_MSG_GETSA, NLM_F_DUMP);
	if (message && nla_put_u8(message, XFRMA_PROTO, IPPROTO_ESP) < 0) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	return netlink_request_do(&xfrm->request, message, xfrm_dumped, dump);
}

int xfrm_sa_dump(struct xfrm *xfrm,
		 void (*each)(const struct xfrm_sa_id *id, void *context),
		 void *context)
{
	struct xfrm_each dump = { each, context };
	int result = -EAGAIN;
	int tries;

	for (tries = 0; result == -EAGAIN && tries < XFRM_DUMP_TRIES; tries++)
		result = xfrm_dump_once(xfrm, &dump);
	return result;
}

/* ---- new UDP ports ---- */

static bool xfrm_algorithm_of(const char *name, enum xfrm_algorithm *algorithm)
{
	size_t i;

	for (i = 0; i < XFRM_ALGORITHMS; i++) {
		if (!strcmp(name, xfrm_algorithms[i])) {
			*algorithm = i;
			return true;
		}
	}
	return false;
}

static uint64_t xfrm_unlimit(uint64_t limit)
{
	return limit == XFRM_INF ? 0 : limit;
}

/*
 * The kernel takes encapsulation and lifetimes from an update, and neither key
 * nor counters nor replay state. It wants a whole SA nevertheless: the key of
 * this one is nobody's. Without an if_id no cached route has to be looked up
 * again.
 */
static void xfrm_update_of(const struct xfrm_found *found, struct xfrm_sa *sa)
{
	sa->source = found->id.source;
	sa->destination = found->id.destination;
	sa->spi = found->id.spi;
	sa->if_id = 0;
	sa->replay_window = found->replay_window;
	sa->soft_packets = xfrm_unlimit(found->info.lft.soft_packet_limit);
	sa->hard_packets = xfrm_unlimit(found->info.lft.hard_packet_limit);
	sa->hard_seconds = found->info.lft.hard_add_expires_seconds;
	randombytes_buf(sa->key, sizeof(sa->key));
}

int xfrm_sa_set_ports(struct xfrm *xfrm, const struct xfrm_sa_id *id,
		      uint16_t source_port, uint16_t destination_port)
{
	struct xfrm_sa update = {
		.source_port = source_port,
		.destination_port = destination_port,
	};
	struct xfrm_found found;
	int error = xfrm_find(xfrm, &id->destination, id->spi, &found);

	if (error)
		return error;
	if (found.id.if_id != id->if_id ||
	    !xfrm_algorithm_of(found.algorithm, &update.algorithm))
		return xfrm_refuse(xfrm, -ESRCH,
				   "this security association is not ours");
	if (!found.encapsulated || !source_port || !destination_port)
		return xfrm_refuse(xfrm, -EINVAL,
				   "ESP with and without UDP are two SAs");
	xfrm_update_of(&found, &update);
	error = xfrm_sa_do(xfrm, xfrm_sa_message(XFRM_MSG_UPDSA, &update),
			   NULL, NULL);
	sodium_memzero(&update, sizeof(update));
	return error;
}
