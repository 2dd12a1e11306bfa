// SPDX-License-Identifier: GPL-2.0-or-later
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "exchange.h"
#include "fake_clock.h"
#include "session.h"
#include "test.h"

#define STEP 10		/* ms */
#define DEADLINE 100000

struct daemon node;
struct nhrp_packet out;

static uv_loop_t loop;
static size_t taken;
static const char *node_common;

static void start(const char *common, const char *settings)
{
	struct config_error error;
	struct config *config;
	char text[1024];

	assert_true(sodium_init() >= 0);
	snprintf(text, sizeof(text), "interface mgre0\nnetwork-id 1\n%s%s",
		 common, settings);
	config = config_parse("test", text, strlen(text), &error);
	if (!config)
		fail_msg("%s", error.text);
	memset(&node, 0, sizeof(node));
	assert_int_equal(uv_loop_init(&loop), 0);
	node.loop = &loop;
	node.config_path = "/dev/null";
	node_common = common;
	taken = 0;
	assert_int_equal(daemon_start(&node, config), 0);
}

void exchange_hub(const char *settings)
{
	fake_reset();
	fake_add_link(DEVICE, "mgre0", HUB_NBMA);
	fake_add_address(DEVICE, HUB, 24);
	fake_add_address(LAN, "10.1.0.1", 24);
	fake_add_route("10.0.64.0", 24, SPOKE1, DEVICE);
	fake_add_route("10.0.65.0", 24, SPOKE2, DEVICE);
	start("holdtime 300\nmap multicast dynamic\nredirect\n", settings);
}

void exchange_spoke(const char *settings)
{
	fake_reset();
	fake_add_link(DEVICE, "mgre0", SPOKE1_NBMA);
	fake_add_address(DEVICE, SPOKE1, 24);
	fake_add_address(LAN, "10.0.64.1", 24);
	fake_add_route("10.0.0.0", 8, HUB, DEVICE);
	start("holdtime 300\nshortcut\nnhs " HUB " nbma " HUB_NBMA
	      " multicast\n", settings);
}

void exchange_reload(const char *settings)
{
	char path[] = "/tmp/exchange.XXXXXX";
	int fd = mkstemp(path);
	char *error = NULL;

	assert_true(fd >= 0);
	dprintf(fd, "interface mgre0\nnetwork-id 1\n%s%s", node_common,
		settings);
	close(fd);
	node.config_path = path;
	assert_int_equal(daemon_reload(&node, &error), 0);
	assert_null(error);
	node.config_path = "/dev/null";
	unlink(path);
}

int exchange_end(void **state)
{
	(void)state;
	daemon_stop(&node);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop);
}

struct interface *exchange_interface(void)
{
	return interface_find(&node, "mgre0");
}

void exchange_request(struct nhrp_packet *packet, enum nhrp_type type,
		      const char *nbma, const char *source,
		      const char *destination)
{
	struct nhrp_address addresses[] = {
		fake_address(nbma), fake_address(source),
		fake_address(destination),
	};

	nhrp_packet_init(packet, type, &addresses[0], &addresses[1],
			 &addresses[2]);
	packet->request_id = 4711;
	nhrp_packet_add_cie(packet)->holding_time = 300;
	packet->cies[0].prefix_length = NHRP_PREFIX_HOST;
	nhrp_extension_add(packet, NHRP_EXTENSION_RESPONDER_ADDRESS);
	nhrp_extension_add(packet, NHRP_EXTENSION_FORWARD_TRANSIT);
	nhrp_extension_add(packet, NHRP_EXTENSION_REVERSE_TRANSIT);
	nhrp_extension_add(packet, NHRP_EXTENSION_NAT_ADDRESS);
}

void exchange_receive(const struct nhrp_packet *packet, const char *nbma)
{
	uint8_t bytes[FAKE_BYTES];
	size_t length = nhrp_packet_build(packet, bytes, sizeof(bytes));

	assert_int_not_equal(length, 0);
	fake_receive(DEVICE, nbma, bytes, length);
}

void exchange_receive_by(const struct nhrp_packet *packet,
			 const struct session *session)
{
	char nbma[NHRP_ADDRESS_TEXT];
	uint8_t bytes[FAKE_BYTES];
	size_t length = nhrp_packet_build(packet, bytes, sizeof(bytes));

	assert_int_not_equal(length, 0);
	fake_receive_by(DEVICE, nhrp_address_format(&session->nbma, nbma),
			session->if_id, bytes, length);
}

void exchange_sent(enum nhrp_type type, const char *nbma)
{
	const struct fake_sent *sent = &fake.sent[taken];
	struct nhrp_error error;

	if (taken == fake.sent_count)
		fail_msg("no packet sent, but %s expected",
			 nhrp_type_name(type));
	taken++;
	if (!nhrp_packet_parse(sent->bytes, sent->length, &out, &error))
		fail_msg("sent what cannot be parsed: %s", error.reason);
	assert_string_equal(nhrp_type_name(out.type), nhrp_type_name(type));
	assert_address(&sent->endpoint.nbma, nbma);
	assert_int_not_equal(out.hop_count, 0);
}

void exchange_sent_by(enum nhrp_type type, const struct session *session)
{
	char nbma[NHRP_ADDRESS_TEXT];

	exchange_sent(type, nhrp_address_format(&session->nbma, nbma));
	assert_int_equal(fake.sent[taken - 1].endpoint.if_id, session->if_id);
}

void exchange_silent(void)
{
	if (taken != fake.sent_count)
		fail_msg("a packet of type %u was sent",
			 fake.sent[taken].bytes[17]);
}

void exchange_pass(unsigned int ms)
{
	fake_clock_advance(&loop, ms);
}

void exchange_wait(void)
{
	unsigned int passed;

	for (passed = 0; taken == fake.sent_count; passed += STEP) {
		if (passed > DEADLINE)
			fail_msg("nothing was sent in %u s", DEADLINE / 1000);
		exchange_pass(STEP);
	}
}

void exchange_register(const char *nbma, const char *protocol)
{
	struct nhrp_packet request;

	exchange_request(&request, NHRP_REGISTRATION_REQUEST, nbma, protocol,
			 HUB);
	request.flags = NHRP_REGISTRATION_UNIQUE | NHRP_FLAG_NAT;
	exchange_receive(&request, nbma);
	exchange_sent(NHRP_REGISTRATION_REPLY, nbma);
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_mapped(protocol, nbma);
}

void assert_address(const struct nhrp_address *address, const char *text)
{
	char found[NHRP_ADDRESS_TEXT];

	assert_string_equal(nhrp_address_format(address, found), text);
}

void assert_mapped(const char *protocol, const char *nbma)
{
	struct nhrp_address address = fake_address(protocol);
	const struct mgre_map *map = fake_find_map(DEVICE, &address);

	if (!nbma)
		assert_null(map);
	else if (!map)
		fail_msg("no mapping of %s", protocol);
	else
		assert_address(&map->endpoint.nbma, nbma);
}
