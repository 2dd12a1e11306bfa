// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd's XFRM client without a kernel: what it sends, and what it makes of
 * messages that are whole, cut short, or about the SAs of others.
 */
#include <errno.h>
#include <linux/ipsec.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "xfrm_private.h"

#define SPI 0xc0ffee01
#define IF_ID 0x12345678
#define KEY 0xa7

/* ---- in place of the sockets ---- */

static struct nl_msg *sent;	/* the last request */
static struct nl_msg *answer;	/* to a request for an SA */
static int refusal;

int netlink_request_open(struct netlink_request *request, int protocol)
{
	(void)request;
	(void)protocol;
	return -EPROTONOSUPPORT;
}

void netlink_request_close(struct netlink_request *request)
{
	(void)request;
}

int netlink_listener_open(struct netlink_listener *listener, uv_loop_t *loop,
			  int protocol, int receive_buffer)
{
	(void)listener;
	(void)loop;
	(void)protocol;
	(void)receive_buffer;
	return -EPROTONOSUPPORT;
}

void netlink_listener_close(struct netlink_listener *listener)
{
	(void)listener;
}

void netlink_message_wipe(struct nl_msg *message)
{
	nlmsg_free(message);
}

static void forget_sent(void)
{
	if (sent)
		nlmsg_free(sent);
	sent = NULL;
}

int netlink_request_do(struct netlink_request *request, struct nl_msg *message,
		       void (*reply)(struct nlmsghdr *header, void *context),
		       void *context)
{
	assert_non_null(message);
	forget_sent();
	sent = message;
	snprintf(request->error, sizeof(request->error), "%s",
		 strerror(-refusal));
	if (refusal)
		return refusal;
	if (nlmsg_hdr(message)->nlmsg_type == XFRM_MSG_GETSA && reply && answer)
		reply(nlmsg_hdr(answer), context);
	return 0;
}

/* ---- what is told ---- */

static char told[200];

static void tell_id(const char *what, const struct xfrm_sa_id *id)
{
	char source[NHRP_ADDRESS_TEXT], destination[NHRP_ADDRESS_TEXT];

	snprintf(told, sizeof(told), "%s %s %s %x %x", what,
		 nhrp_address_format(&id->source, source),
		 nhrp_address_format(&id->destination, destination), id->spi,
		 id->if_id);
}

static void expired(void *context, const struct xfrm_sa_id *id, bool hard)
{
	(void)context;
	tell_id(hard ? "hard" : "soft", id);
}

static void deleted(void *context, const struct xfrm_sa_id *id)
{
	(void)context;
	tell_id("deleted", id);
}

static void flushed(void *context)
{
	(void)context;
	strcpy(told, "flushed");
}

static void moved(void *context, const struct xfrm_sa_id *id,
		  const struct nhrp_address *source, uint16_t port)
{
	char text[NHRP_ADDRESS_TEXT];

	(void)context;
	snprintf(told, sizeof(told), "moved %x to %s %u", id->spi,
		 nhrp_address_format(source, text), port);
}

static void acquire(void *context, uint32_t if_id)
{
	(void)context;
	snprintf(told, sizeof(told), "acquire %x", if_id);
}

static void unpoliced(void *context, uint32_t if_id)
{
	(void)context;
	snprintf(told, sizeof(told), "unpoliced %x", if_id);
}

static const struct xfrm_events events = {
	.expired = expired,
	.deleted = deleted,
	.flushed = flushed,
	.moved = moved,
	.acquire = acquire,
	.unpoliced = unpoliced,
};

static const struct xfrm_events no_events;

static struct xfrm client = { .events = &events };

/* ---- what the kernel says ---- */

static struct xfrm_usersa_info sa_info(void)
{
	struct xfrm_usersa_info info = {
		.family = AF_INET,
		.saddr.a4 = htonl(0x09010182),
		.id.daddr.a4 = htonl(0x0901010a),
		.id.spi = htonl(SPI),
		.id.proto = IPPROTO_ESP,
		.mode = XFRM_MODE_TRANSPORT,
		.lft.soft_packet_limit = 500,
		.lft.hard_packet_limit = XFRM_INF,
		.lft.hard_add_expires_seconds = 77,
		.curlft = { .bytes = 9000, .packets = 9, .use_time = 11 },
	};

	return info;
}

static struct nl_msg *message_of(int type, const void *fixed, size_t length)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, 0);

	assert_non_null(message);
	/* All but the one of a flush are aligned. */
	assert_int_equal(nlmsg_append(message, (void *)fixed, length, 0), 0);
	return message;
}

static struct nl_msg *message_about(int type, const void *fixed, size_t length)
{
	struct nl_msg *message = message_of(type, fixed, length);

	assert_int_equal(nla_put_u32(message, XFRMA_IF_ID, IF_ID), 0);
	return message;
}

/* Hear the first bytes of a message, in memory that ends with them. */
static void hear_part(struct nl_msg *message, size_t length)
{
	struct nlmsghdr *copy = malloc(length);

	assert_non_null(copy);
	memcpy(copy, nlmsg_hdr(message), length);
	copy->nlmsg_len = length;
	told[0] = '\0';
	xfrm_message(copy, &client);
	free(copy);
}

/* A whole message is told, one that is cut short is not. */
static void expect(struct nl_msg *message, const char *wanted)
{
	size_t whole = nlmsg_hdr(message)->nlmsg_len;
	size_t length;

	for (length = sizeof(struct nlmsghdr); length < whole; length++) {
		hear_part(message, length);
		assert_string_equal(told, "");
	}
	hear_part(message, whole);
	assert_string_equal(told, wanted);
	client.events = &no_events;
	hear_part(message, whole);
	assert_string_equal(told, "");
	client.events = &events;
	nlmsg_free(message);
}

static void expiry_is_told(void **state)
{
	struct xfrm_user_expire expire = { .state = sa_info() };

	(void)state;
	expect(message_about(XFRM_MSG_EXPIRE, &expire, sizeof(expire)),
	       "soft 9.1.1.130 9.1.1.10 c0ffee01 12345678");
	expire.hard = 1;
	expect(message_about(XFRM_MSG_EXPIRE, &expire, sizeof(expire)),
	       "hard 9.1.1.130 9.1.1.10 c0ffee01 12345678");
	expire.state.family = AF_INET6;
	expire.state.saddr.a6[0] = htonl(0x20010db8);
	expect(message_about(XFRM_MSG_EXPIRE, &expire, sizeof(expire)),
	       "hard 2001:db8:: 901:10a:: c0ffee01 12345678");
}

/* None of these is ours. */
static void those_of_others_are_not(void **state)
{
	struct xfrm_user_expire expire = { .state = sa_info() };
	struct nl_msg *message;

	(void)state;
	expect(message_of(XFRM_MSG_EXPIRE, &expire, sizeof(expire)), "");
	message = message_of(XFRM_MSG_EXPIRE, &expire, sizeof(expire));
	nla_put_u16(message, XFRMA_IF_ID, 7);
	expect(message, "");
	message = message_of(XFRM_MSG_EXPIRE, &expire, sizeof(expire));
	nla_put_u32(message, XFRMA_IF_ID, 0);
	expect(message, "");
	expire.state.id.proto = IPPROTO_AH;
	expect(message_about(XFRM_MSG_EXPIRE, &expire, sizeof(expire)), "");
	expire.state = sa_info();
	expire.state.id.spi = 0;
	expect(message_about(XFRM_MSG_EXPIRE, &expire, sizeof(expire)), "");
	expire.state = sa_info();
	expire.state.family = AF_UNSPEC;
	expect(message_about(XFRM_MSG_EXPIRE, &expire, sizeof(expire)), "");
	expire.state = sa_info();
	expect(message_about(XFRM_MSG_NEWSA, &expire, sizeof(expire)), "");
}

static void deletion_is_told(void **state)
{
	struct xfrm_usersa_info info = sa_info();
	struct xfrm_usersa_id id = { .spi = info.id.spi };
	struct nl_msg *message;

	(void)state;
	message = message_of(XFRM_MSG_DELSA, &id, sizeof(id));
	nla_put(message, XFRMA_SA, sizeof(info), &info);
	nla_put_u32(message, XFRMA_IF_ID, IF_ID);
	expect(message, "deleted 9.1.1.130 9.1.1.10 c0ffee01 12345678");
	message = message_about(XFRM_MSG_DELSA, &id, sizeof(id));
	nla_put(message, XFRMA_SA, sizeof(info) - 1, &info);
	expect(message, "");
	expect(message_about(XFRM_MSG_DELSA, &id, sizeof(id)), "");
}

static void flush_is_told(void **state)
{
	struct xfrm_usersa_flush flush = { .proto = IPPROTO_ESP };

	(void)state;
	expect(message_of(XFRM_MSG_FLUSHSA, &flush, sizeof(flush)), "flushed");
	flush.proto = IPSEC_PROTO_ANY;
	expect(message_of(XFRM_MSG_FLUSHSA, &flush, sizeof(flush)), "flushed");
	flush.proto = IPPROTO_AH;
	expect(message_of(XFRM_MSG_FLUSHSA, &flush, sizeof(flush)), "");
}

static void acquire_is_told(void **state)
{
	struct xfrm_user_acquire wanted = {
		.id = sa_info().id,
	};

	(void)state;
	expect(message_about(XFRM_MSG_ACQUIRE, &wanted, sizeof(wanted)),
	       "acquire 12345678");
	expect(message_of(XFRM_MSG_ACQUIRE, &wanted, sizeof(wanted)), "");
	wanted.id.proto = IPPROTO_COMP;
	expect(message_about(XFRM_MSG_ACQUIRE, &wanted, sizeof(wanted)), "");
}

static void end_of_policies_is_told(void **state)
{
	struct xfrm_userpolicy_id id = { .dir = XFRM_POLICY_OUT };

	(void)state;
	expect(message_about(XFRM_MSG_DELPOLICY, &id, sizeof(id)),
	       "unpoliced 12345678");
	expect(message_of(XFRM_MSG_DELPOLICY, &id, sizeof(id)), "");
	id.dir = XFRM_POLICY_IN;
	expect(message_about(XFRM_MSG_DELPOLICY, &id, sizeof(id)), "");
	expect(message_of(XFRM_MSG_FLUSHPOLICY, NULL, 0), "unpoliced 0");
}

/* ---- what is asked and answered ---- */

static void answer_with(const struct xfrm_usersa_info *info, uint32_t if_id,
			bool encapsulated)
{
	struct xfrm_encap_tmpl encapsulation = { .encap_sport = htons(1) };
	struct xfrm_replay_state_esn replay = { .replay_window = 128 };
	struct xfrm_algo_aead aead = { .alg_name = "rfc4106(gcm(aes))" };

	if (answer)
		nlmsg_free(answer);
	answer = message_of(XFRM_MSG_NEWSA, info, sizeof(*info));
	nla_put(answer, XFRMA_ALG_AEAD, sizeof(aead), &aead);
	nla_put(answer, XFRMA_REPLAY_ESN_VAL, sizeof(replay), &replay);
	if (encapsulated)
		nla_put(answer, XFRMA_ENCAP, sizeof(encapsulation),
			&encapsulation);
	if (if_id)
		nla_put_u32(answer, XFRMA_IF_ID, if_id);
}

static int no_answer(void **state)
{
	(void)state;
	refusal = 0;
	if (answer)
		nlmsg_free(answer);
	answer = NULL;
	forget_sent();
	return 0;
}

static void move_is_told(void **state)
{
	struct xfrm_usersa_info info = sa_info();
	struct xfrm_user_mapping mapping = {
		.id = { .daddr = info.id.daddr, .spi = info.id.spi,
			.family = AF_INET, .proto = IPPROTO_ESP },
		.new_saddr.a4 = htonl(0x05060708),
		.new_sport = htons(40000),
	};

	(void)state;
	answer_with(&info, IF_ID, true);
	expect(message_of(XFRM_MSG_MAPPING, &mapping, sizeof(mapping)),
	       "moved c0ffee01 to 5.6.7.8 40000");
	answer_with(&info, 0, true);
	expect(message_of(XFRM_MSG_MAPPING, &mapping, sizeof(mapping)), "");
	refusal = -ESRCH;
	expect(message_of(XFRM_MSG_MAPPING, &mapping, sizeof(mapping)), "");
}

static struct xfrm_sa some_sa(void)
{
	struct xfrm_sa sa = {
		.spi = SPI,
		.if_id = IF_ID,
		.algorithm = XFRM_CHACHA20_POLY1305,
		.replay_window = 4096,
	};

	nhrp_address_parse("9.1.1.130", &sa.source);
	nhrp_address_parse("9.1.1.10", &sa.destination);
	memset(sa.key, KEY, sizeof(sa.key));
	return sa;
}

static void parse_sent(int type, size_t fixed, struct nlattr **tb)
{
	assert_non_null(sent);
	assert_int_equal(nlmsg_hdr(sent)->nlmsg_type, type);
	assert_int_equal(nlmsg_parse(nlmsg_hdr(sent), fixed, tb, XFRMA_MAX,
				     NULL), 0);
}

static void sa_is_sent(void **state)
{
	struct xfrm_sa sa = some_sa();
	struct nlattr *tb[XFRMA_MAX + 1];
	const struct xfrm_algo_aead *aead;
	const struct xfrm_usersa_info *info;

	(void)state;
	assert_int_equal(xfrm_sa_add(&client, &sa), 0);
	parse_sent(XFRM_MSG_NEWSA, sizeof(*info), tb);
	info = nlmsg_data(nlmsg_hdr(sent));
	assert_int_equal(info->flags, XFRM_STATE_ESN);
	assert_int_equal(info->reqid, IF_ID);
	assert_true(info->lft.hard_packet_limit == XFRM_INF);
	assert_int_equal(nla_get_u32(tb[XFRMA_IF_ID]), IF_ID);
	assert_null(tb[XFRMA_ENCAP]);
	aead = nla_data(tb[XFRMA_ALG_AEAD]);
	assert_int_equal(nla_len(tb[XFRMA_ALG_AEAD]), sizeof(*aead) + 36);
	assert_int_equal(aead->alg_key_len, 288);
	assert_memory_equal(aead->alg_key, sa.key, 36);
	/* The kernel's limit: 4096 packets. */
	assert_int_equal(nla_len(tb[XFRMA_REPLAY_ESN_VAL]),
			 sizeof(struct xfrm_replay_state_esn) + 4096 / 8);
}

static void expect_no_port_change(int error)
{
	struct xfrm_sa_id id = { .spi = SPI, .if_id = IF_ID };

	nhrp_address_parse("9.1.1.10", &id.destination);
	assert_int_equal(xfrm_sa_set_ports(&client, &id, 5, 6), error);
	assert_int_equal(nlmsg_hdr(sent)->nlmsg_type, XFRM_MSG_GETSA);
}

static void ports_are_changed(void **state)
{
	struct xfrm_sa_id id = { .spi = SPI, .if_id = IF_ID };
	struct xfrm_usersa_info info = sa_info();
	const struct xfrm_encap_tmpl *encapsulation;
	const struct xfrm_usersa_info *update;
	struct nlattr *tb[XFRMA_MAX + 1];

	(void)state;
	nhrp_address_parse("9.1.1.10", &id.destination);
	answer_with(&info, IF_ID, true);
	assert_int_equal(xfrm_sa_set_ports(&client, &id, 5, 6), 0);
	parse_sent(XFRM_MSG_UPDSA, sizeof(*update), tb);
	update = nlmsg_data(nlmsg_hdr(sent));
	assert_memory_equal(&update->id, &info.id, sizeof(info.id));
	assert_int_equal(update->lft.soft_packet_limit, 500);
	assert_int_equal(update->lft.hard_add_expires_seconds, 77);
	assert_true(update->lft.hard_packet_limit == XFRM_INF);
	encapsulation = nla_data(tb[XFRMA_ENCAP]);
	assert_int_equal(encapsulation->encap_sport, htons(5));
	assert_int_equal(encapsulation->encap_dport, htons(6));
	assert_null(tb[XFRMA_IF_ID]);
	answer_with(&info, IF_ID, false);
	expect_no_port_change(-EINVAL);
	answer_with(&info, IF_ID + 1, true);
	expect_no_port_change(-ESRCH);
	refusal = -ESRCH;
	expect_no_port_change(-ESRCH);
}

static void usage_is_read(void **state)
{
	struct xfrm_usersa_info info = sa_info();
	struct nhrp_address destination;
	struct xfrm_usage usage;

	(void)state;
	nhrp_address_parse("9.1.1.10", &destination);
	answer_with(&info, IF_ID, true);
	assert_int_equal(xfrm_sa_usage(&client, &destination, SPI, &usage), 0);
	assert_int_equal(usage.bytes, 9000);
	assert_int_equal(usage.packets, 9);
	refusal = -ESRCH;
	assert_int_equal(xfrm_sa_usage(&client, &destination, SPI, &usage),
			 -ESRCH);
	assert_string_equal(xfrm_error(&client),
			    "no such security association");
}

static void policy_is_kept(void **state)
{
	struct xfrm_sa sa = some_sa();

	(void)state;
	assert_int_equal(xfrm_policy_set(&client, &sa.source, &sa.destination,
					 IF_ID), 0);
	assert_int_equal(nlmsg_hdr(sent)->nlmsg_type, XFRM_MSG_NEWPOLICY);
	refusal = -EEXIST;
	assert_int_equal(xfrm_policy_set(&client, &sa.source, &sa.destination,
					 IF_ID), 0);
	refusal = -EPERM;
	assert_int_equal(xfrm_policy_set(&client, &sa.source, &sa.destination,
					 IF_ID), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expiry_is_told),
		cmocka_unit_test(those_of_others_are_not),
		cmocka_unit_test(deletion_is_told),
		cmocka_unit_test(flush_is_told),
		cmocka_unit_test(acquire_is_told),
		cmocka_unit_test(end_of_policies_is_told),
		cmocka_unit_test_teardown(move_is_told, no_answer),
		cmocka_unit_test_teardown(sa_is_sent, no_answer),
		cmocka_unit_test_teardown(ports_are_changed, no_answer),
		cmocka_unit_test_teardown(usage_is_read, no_answer),
		cmocka_unit_test_teardown(policy_is_kept, no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
