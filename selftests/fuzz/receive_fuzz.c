// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd as hub and spoke at once, on the fake kernel, with whatever packets
 * and events: it neither crashes nor sends what it could not read itself.
 *
 * An input is a list of records: kind, node, length, and as many bytes. If the
 * first kind has its highest bit set the interfaces are protected: packets come
 * by sessions, which are proven and lost with RECORD_PROVE and RECORD_DOWN. The
 * two networks are those of the corpus' packets: FRR's 172.16.0.0/24 and the
 * book's 9.0.0.0/24.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "daemon.h"
#include "fake_clock.h"
#include "fake_kernel.h"
#include "fake_session.h"
#include "interface.h"
#include "log.h"
#include "packet/buffer.h"
#include "packet/checksum.h"

enum record_kind {
	RECORD_PACKET,		/* bytes are a packet; sealed before use */
	RECORD_ANSWER,		/* likewise, to the last packet sent */
	RECORD_MISS,
	RECORD_REDIRECT,	/* bytes are an IP packet */
	RECORD_EXPIRED,
	RECORD_REFRESH,
	RECORD_ROUTE,
	RECORD_ADDRESS_GONE,
	RECORD_LOST,
	RECORD_UNKNOWN_PEER,
	RECORD_TIME,		/* the length is ms that pass */
	RECORD_PROVE,		/* who is called proves to be this node */
	RECORD_DOWN,		/* the node's session is lost */
	RECORD_KINDS,
};

#define RECORDS_MAX 32
#define RECORD_PROTECTED 0x80

#define MGRE0 \
	"interface mgre0\nnetwork-id 1\nholdtime 600\nredirect\nshortcut\n" \
	"map multicast dynamic\nmap 172.16.0.9 192.0.2.9\n" \
	"nhs 172.16.0.2 nbma 192.0.2.2 multicast\n"
#define MGRE1 \
	"interface mgre1\nnetwork-id 1\nholdtime 300\nredirect\nshortcut\n" \
	"nhs 9.0.0.254 nbma 9.1.1.26\nnhs dynamic nbma 9.1.1.27\n"
#define PROTECTION "protection native\npsk file psk\n"

static const char settings[] = MGRE0 MGRE1;
static const char protected_settings[] = MGRE0 PROTECTION MGRE1 PROTECTION;

static const struct {
	unsigned int ifindex;
	const char *nbma;
	const char *protocol;
} nodes[] = {
	{ 3, "192.0.2.11", "172.16.0.11" },
	{ 3, "192.0.2.12", "172.16.0.12" },
	{ 3, "192.0.2.2", "172.16.0.2" },
	{ 3, "198.51.100.7", "192.168.1.1" },
	{ 4, "9.1.1.130", "9.0.0.2" },
	{ 4, "9.1.1.134", "9.0.0.3" },
	{ 4, "9.1.1.26", "10.0.65.1" },
	{ 4, "192.168.1.2", "2001:db8::2" },
};

#define NODES (sizeof(nodes) / sizeof(nodes[0]))

static uv_loop_t loop;
static struct daemon node;

void log_line(int priority, const char *format, ...)
{
	(void)priority;
	(void)format;
}

bool log_limited(struct log_limit *limit, int priority, const char *format,
		 ...)
{
	(void)limit;
	(void)priority;
	(void)format;
	return true;
}

void log_once(struct log_limit *limit, int priority, const char *format,
		 ...)
{
	(void)limit;
	(void)priority;
	(void)format;
}

static struct session *node_session(unsigned int which)
{
	struct interface *interface = interface_find_index(&node,
						nodes[which].ifindex);
	struct nhrp_address nbma = fake_address(nodes[which].nbma);

	return session_find_address(interface, &nbma, 0);
}

static const struct certificate *node_certificate(unsigned int which)
{
	return fake_certificate("node", nodes[which].protocol,
				nodes[which].protocol,
				strchr(nodes[which].protocol, ':') ? 64 : 24);
}

/* The first of two has all that the node may say, the second has nothing. */
static void call_in(void)
{
	struct interface *interface;
	unsigned int which;

	for (which = 0; which < NODES; which++) {
		interface = interface_find_index(&node, nodes[which].ifindex);
		fake_call(interface, nodes[which].nbma, 2332, "node",
			  which % 2 ? NULL : node_certificate(which));
	}
}

static void prove(unsigned int which)
{
	struct interface *interface = interface_find_index(&node,
						nodes[which].ifindex);
	struct session *session, *next;

	HASH_ITER(hh, interface->sessions, session, next)
		if (session->state == SESSION_STARTING)
			fake_up(session, "node", node_certificate(which));
}

static void start(bool protected)
{
	const char *text = protected ? protected_settings : settings;
	struct config_error error;
	struct config *config;

	fake_reset();
	fake_add_link(3, "mgre0", "192.0.2.1");
	fake_add_link(4, "mgre1", "9.1.1.10");
	fake_add_address(3, "172.16.0.1", 24);
	fake_add_address(4, "9.0.0.1", 24);
	fake_add_address(4, "2001:db8::1", 64);
	fake_add_address(2, "10.1.0.1", 24);
	fake_add_route("192.168.1.0", 24, "172.16.0.11", 3);
	fake_add_route("192.168.2.0", 24, "172.16.0.12", 3);
	fake_add_route("10.0.64.0", 24, "9.0.0.2", 4);
	fake_add_route("10.0.65.0", 24, "9.0.0.3", 4);
	fake_add_route("0.0.0.0", 0, NULL, 2);
	config = config_parse("fuzz", text, strlen(text), &error);
	if (!config)
		abort();
	memset(&node, 0, sizeof(node));
	node.loop = &loop;
	if (daemon_start(&node, config))
		abort();
	if (protected)
		call_in();
}

/* The request id and destination of the last packet that was sent. */
static void answer(uint8_t *bytes, size_t length)
{
	size_t last = fake.sent_count < FAKE_MAX ? fake.sent_count : FAKE_MAX;
	const uint8_t *sent;

	if (!last || length < 40)
		return;
	sent = fake.sent[last - 1].bytes;
	memcpy(bytes + 24, sent + 24, 16);
}

/* Gives a packet the size and checksum without which nothing is read. */
static void receive(unsigned int which, const uint8_t *bytes, size_t length,
		    bool is_answer)
{
	const struct session *session = node_session(which);
	uint8_t *sealed = malloc(length ? length : 1);
	uint16_t sum;

	if (!sealed)
		abort();
	if (length)
		memcpy(sealed, bytes, length);
	if (is_answer)
		answer(sealed, length);
	if (length >= NHRP_FIXED_SIZE) {
		sealed[10] = length >> 8;
		sealed[11] = length & 0xff;
		sealed[12] = 0;
		sealed[13] = 0;
		sum = nhrp_checksum(sealed, length);
		sealed[12] = sum >> 8;
		sealed[13] = sum & 0xff;
	}
	fake_receive_by(nodes[which].ifindex, nodes[which].nbma,
			session ? session->if_id : 0, sealed, length);
	free(sealed);
}

static void lost_mapping(unsigned int ifindex,
			 const struct nhrp_address *protocol)
{
	const struct mgre_map *map = fake_find_map(ifindex, protocol);
	struct mgre_map gone;

	if (!map || !map->hold)
		return;
	gone = *map;
	mgre_map_delete(NULL, ifindex, protocol);
	fake.mgre_events->map_expired(fake.context, ifindex, &gone);
}

static void play(uint8_t kind, unsigned int which, const uint8_t *bytes,
		 size_t length)
{
	unsigned int ifindex = nodes[which].ifindex;
	struct nhrp_address protocol = fake_address(nodes[which].protocol);
	struct rtnl_address address = {
		.ifindex = ifindex,
		.address = fake_address(ifindex == 3 ? "172.16.0.1" :
						       "9.0.0.1"),
		.prefix_length = 24,
	};
	struct endpoint unknown = {
		.nbma = fake_address(nodes[which].nbma),
	};
	struct nhrp_prefix prefix;
	const struct mgre_map *map;

	nhrp_prefix_of(&protocol, 24, &prefix);
	switch (kind) {
	case RECORD_PACKET:
	case RECORD_ANSWER:
		receive(which, bytes, length, kind == RECORD_ANSWER);
		break;
	case RECORD_MISS:
		fake.mgre_events->miss(fake.context, ifindex, &protocol);
		break;
	case RECORD_REDIRECT:
		fake.mgre_events->redirect(fake.context, ifindex, bytes,
					   length < 128 ? length : 128);
		break;
	case RECORD_EXPIRED:
		lost_mapping(ifindex, &protocol);
		break;
	case RECORD_REFRESH:
		map = fake_find_map(ifindex, &protocol);
		if (map)
			fake.mgre_events->map_refresh(fake.context, ifindex,
						      map);
		break;
	case RECORD_ROUTE:
		fake.rtnl_events->route(fake.context, &prefix);
		break;
	case RECORD_ADDRESS_GONE:
		fake.rtnl_events->address_gone(fake.context, &address);
		fake.rtnl_events->address(fake.context, &address);
		break;
	case RECORD_PROVE:
		prove(which);
		break;
	case RECORD_DOWN:
		if (node_session(which))
			session_down(node_session(which), "fuzzed");
		break;
	case RECORD_LOST:
		fake.mgre_events->lost(fake.context);
		break;
	case RECORD_UNKNOWN_PEER:
		fake.mgre_events->unknown_peer(fake.context, ifindex,
					       &unknown);
		break;
	default:
		fake_clock_advance(&loop, length);
	}
}

static void check_sent(void)
{
	static struct nhrp_packet packet;
	struct nhrp_error error;
	size_t i;

	for (i = 0; i < fake.sent_count && i < FAKE_MAX; i++)
		if (!nhrp_packet_parse(fake.sent[i].bytes,
				       fake.sent[i].length, &packet, &error))
			abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return sodium_init() < 0 || uv_loop_init(&loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nhrp_reader reader = { .bytes = data, .end = size };
	unsigned int records, which;
	const uint8_t *bytes;
	uint16_t length;
	uint8_t kind;

	start(size && data[0] & RECORD_PROTECTED);
	for (records = 0; records < RECORDS_MAX; records++) {
		kind = (nhrp_read_u8(&reader) & ~RECORD_PROTECTED) %
		       RECORD_KINDS;
		which = nhrp_read_u8(&reader) % NODES;
		length = nhrp_read_u16(&reader);
		bytes = nhrp_read_bytes(&reader,
					kind == RECORD_TIME ? 0 : length);
		if (!bytes)
			break;
		play(kind, which, bytes, length);
	}
	check_sent();
	daemon_stop(&node);
	uv_run(&loop, UV_RUN_DEFAULT);
	return 0;
}
