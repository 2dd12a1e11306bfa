// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd as a spoke: registers, resolves, makes shortcuts, answers, purges.
 */
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "exchange.h"
#include "fake_dns.h"
#include "nhc.h"
#include "purge.h"
#include "test.h"

/* Addresses of a name. */
#define A "9.1.1.26"
#define B "9.1.1.30"

static struct nhrp_packet in;
static uint32_t registration_id;

static int plain_spoke(void **state)
{
	(void)state;
	exchange_spoke("");
	return 0;
}

static int spoke_of_two(void **state)
{
	(void)state;
	exchange_spoke("nhs 9.0.0.254 nbma 9.1.1.26 priority 10\n");
	return 0;
}

static int spoke_of_a_name(void **state)
{
	(void)state;
	exchange_spoke("nhs 9.0.0.254 nbma hub.example.net\n");
	return 0;
}

static int spoke_of_a_worse_name(void **state)
{
	(void)state;
	exchange_spoke("nhs 9.0.0.254 nbma hub.example.net priority 10\n");
	return 0;
}

static int roaming_spoke(void **state)
{
	(void)state;
	exchange_spoke("registration no-unique\nmtu 1400\n"
		       "authentication secret\n");
	return 0;
}

static struct nhrp_extension *sent_extension(uint16_t type)
{
	struct nhrp_extension *extension = nhrp_extension_find(&out, type);

	assert_non_null(extension);
	return extension;
}

/* Answers the request in `out` as the hub does. */
static void hub_replies(uint8_t code)
{
	struct nhrp_address hub = fake_address(HUB);
	struct nhrp_address nbma = fake_address(HUB_NBMA);
	struct nhrp_cie responder;

	nhrp_packet_init_reply(&in, &out);
	nhrp_cie_init(&responder, &nbma, &hub, 32);
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_RESPONDER_ADDRESS), &responder);
	in.destination_protocol = hub;
	in.cies[0].code = code;
	exchange_receive(&in, HUB_NBMA);
}

static int registered_spoke(void **state)
{
	(void)state;
	exchange_spoke("");
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	registration_id = out.request_id;
	hub_replies(NHRP_CODE_SUCCESS);
	return 0;
}

/* ---- registration ---- */

static void registration_request(void **state)
{
	static const uint16_t order[] = { 3, 4, 5, 9 };
	struct nhrp_extension *nat;
	size_t i;

	(void)state;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	assert_int_not_equal(out.request_id, 0);
	assert_int_equal(out.flags,
			 NHRP_REGISTRATION_UNIQUE | NHRP_FLAG_NAT);
	assert_address(&out.source_nbma, SPOKE1_NBMA);
	assert_address(&out.source_protocol, SPOKE1);
	assert_address(&out.destination_protocol, HUB);
	assert_int_equal(out.cie_count, 1);
	assert_int_equal(out.cies[0].code, 0);
	assert_int_equal(out.cies[0].prefix_length, NHRP_PREFIX_HOST);
	assert_int_equal(out.cies[0].holding_time, 300);
	assert_int_equal(out.cies[0].mtu, 0);
	assert_int_equal(out.extension_count, ARRAY_SIZE(order));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		assert_int_equal(out.extensions[i].type, order[i]);
	nat = sent_extension(NHRP_EXTENSION_NAT_ADDRESS);
	assert_address(&nat->cies[0].nbma, HUB_NBMA);
	assert_address(&nat->cies[0].protocol, HUB);
}

static void registration_request_with_other_settings(void **state)
{
	(void)state;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	assert_int_equal(out.flags, NHRP_FLAG_NAT);
	assert_int_equal(out.cies[0].prefix_length, 32);
	assert_int_equal(out.cies[0].mtu, 1400);
	assert_true(nhrp_authentication_check(&out, "secret"));
}

static void retry_keeps_the_request_id(void **state)
{
	uint32_t id;

	(void)state;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	id = out.request_id;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	assert_int_equal(out.request_id, id);
}

static void server_is_fallback_and_gets_multicast(void **state)
{
	(void)state;
	assert_mapped(HUB, HUB_NBMA);
	assert_int_equal(fake.peer_count, 1);
	assert_int_equal(fake.peers[0].peer.flags,
			 MGRE_PEER_FLAGS_MULTICAST | MGRE_PEER_FLAGS_FALLBACK);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERED);
}

static void registration_is_refreshed(void **state)
{
	(void)state;
	exchange_pass(80000);
	exchange_silent();
	exchange_pass(30000);	/* more than a third of the holding time */
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	assert_int_not_equal(out.request_id, registration_id);
	hub_replies(NHRP_CODE_SUCCESS);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERED);
}

static void silent_server_fails(void **state)
{
	uint32_t id;
	int i;

	(void)state;
	exchange_pass(110000);
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	id = out.request_id;
	for (i = 0; i < 6; i++) {
		exchange_wait();
		exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
		assert_int_equal(out.request_id, id);
	}
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERING);
	assert_mapped(HUB, HUB_NBMA);
	hub_replies(NHRP_CODE_SUCCESS);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERED);
}

static void wait_for_question(void)
{
	unsigned int seconds;

	for (seconds = 0; !fake_dns_asked(); seconds++) {
		assert_in_range(seconds, 0, 300);
		exchange_pass(1000);
	}
}

/* Round and round, in whatever order the DNS has the addresses. */
static void name_is_looked_up_at_each_try(void **state)
{
	static const char *const first[] = { A, B, B };
	static const char *const second[] = { B, A, A };
	static const char *const used[] = { A, B, A };
	struct nhc *nhc = exchange_interface()->nhcs->next;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(used); i++) {
		wait_for_question();
		fake_dns_answer(first[i], second[i]);
		assert_address(&nhc->nbma, used[i]);
	}
	for (i = 0; i < 3; i++) {
		wait_for_question();
		fake_dns_answer(used[2], NULL);
		assert_address(&nhc->nbma, used[2]);
	}
}

/* Servers of another priority rest as long as a better one answers. */
static void worse_server_takes_its_turn(void **state)
{
	struct nhrp_address second = fake_address("9.1.1.26");
	const struct fake_sent *last;

	(void)state;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	exchange_silent();
	do {
		exchange_pass(1000);
		assert_in_range(fake.sent_count, 1, 20);
		last = &fake.sent[fake.sent_count - 1];
	} while (!nhrp_address_equal(&last->endpoint.nbma, &second));
	assert_int_equal(last->bytes[17], NHRP_REGISTRATION_REQUEST);
}

static void standby_asks_no_dns(void **state)
{
	(void)state;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	wait_for_question();
	hub_replies(NHRP_CODE_SUCCESS);
	assert_int_equal(exchange_interface()->nhcs->next->state, NHC_STANDBY);
	assert_false(fake_dns_asked());
}

static void new_server_leaves_others_alone(void **state)
{
	(void)state;
	exchange_reload("nhs 9.0.0.254 nbma 9.1.1.26\n");
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERED);
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, "9.1.1.26");
	exchange_pass(1);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERED);
}

static void refusal_is_no_registration(void **state)
{
	(void)state;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	hub_replies(NHRP_CODE_PROHIBITED);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REFUSED);
}

static void replies_that_are_not_ours(void **state)
{
	(void)state;
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	nhrp_packet_init_reply(&in, &out);
	exchange_receive(&in, SPOKE2_NBMA);
	in.request_id++;
	exchange_receive(&in, HUB_NBMA);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERING);
}

/* ---- resolution ---- */

static void indicate(const char *nbma, const char *source,
		     const char *destination)
{
	static uint8_t head[84] = { 0x45, 0, 0, 84 };
	struct nhrp_address addresses[] = {
		fake_address(HUB_NBMA), fake_address(HUB),
		fake_address(source), fake_address(destination),
	};

	memcpy(head + 12, addresses[2].bytes, 4);
	memcpy(head + 16, addresses[3].bytes, 4);
	nhrp_packet_init(&in, NHRP_TRAFFIC_INDICATION, &addresses[0],
			 &addresses[1], &addresses[2]);
	in.payload = head;
	in.payload_length = sizeof(head);
	exchange_receive(&in, nbma);
}

/* Answers the request in `out` as spoke 2 does: directly. */
static void spoke2_replies(uint8_t prefix_length, uint16_t hold)
{
	struct nhrp_address protocol = fake_address(SPOKE2);
	struct nhrp_address nbma = fake_address(SPOKE2_NBMA);

	nhrp_packet_init_reply(&in, &out);
	nhrp_cie_init(nhrp_packet_add_cie(&in), &nbma, &protocol,
		      prefix_length);
	in.cies[0].holding_time = hold;
	exchange_receive(&in, SPOKE2_NBMA);
}

static void indication_leads_to_a_shortcut(void **state)
{
	const struct rtnl_route *route;

	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	exchange_silent();
	assert_int_equal(out.flags, 0xc802);
	assert_address(&out.source_nbma, SPOKE1_NBMA);
	assert_address(&out.source_protocol, SPOKE1);
	assert_address(&out.destination_protocol, "10.0.65.9");
	assert_int_equal(out.cie_count, 1);
	assert_int_equal(out.cies[0].holding_time, 300);
	assert_int_equal(sent_extension(NHRP_EXTENSION_NAT_ADDRESS)->cie_count,
			 0);
	spoke2_replies(24, 300);
	exchange_silent();
	assert_mapped(SPOKE2, SPOKE2_NBMA);
	route = fake_find_route("10.0.65.0", 24);
	assert_non_null(route);
	assert_address(&route->gateway, SPOKE2);
}

static void miss_leads_to_a_mapping(void **state)
{
	struct nhrp_address spoke2 = fake_address(SPOKE2);

	(void)state;
	fake.mgre_events->miss(fake.context, DEVICE, &spoke2);
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	assert_address(&out.destination_protocol, SPOKE2);
	fake.mgre_events->miss(fake.context, DEVICE, &spoke2);
	exchange_silent();
	spoke2_replies(32, 300);
	assert_mapped(SPOKE2, SPOKE2_NBMA);
	assert_null(fake_find_route(SPOKE2, 32));
}

static void prefix_is_not_wider_than_our_route(void **state)
{
	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	spoke2_replies(1, 300);
	assert_null(fake_find_route("0.0.0.0", 1));
	assert_non_null(fake_find_route("10.0.0.0", 8));
}

static void refusal_is_remembered(void **state)
{
	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	nhrp_packet_init_reply(&in, &out);
	nhrp_packet_add_cie(&in)->code = NHRP_CODE_NO_BINDING;
	exchange_receive(&in, HUB_NBMA);
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_silent();
	assert_null(fake_find_route("10.0.65.0", 24));
	assert_mapped(SPOKE2, NULL);
}

static void refusal_is_forgotten_in_time(void **state)
{
	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	nhrp_packet_init_reply(&in, &out);
	nhrp_packet_add_cie(&in)->code = NHRP_CODE_NO_BINDING;
	exchange_receive(&in, HUB_NBMA);
	exchange_pass(40000);
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
}

static void request_is_repeated_with_its_id(void **state)
{
	uint32_t id;
	int i;

	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	id = out.request_id;
	for (i = 0; i < 5; i++) {
		exchange_wait();
		exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
		assert_int_equal(out.request_id, id);
	}
	spoke2_replies(24, 300);
	assert_non_null(fake_find_route("10.0.65.0", 24));
}

static void shortcut_lives_as_long_as_its_traffic(void **state)
{
	struct nhrp_address spoke2 = fake_address(SPOKE2);
	struct fake_map *map;

	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	spoke2_replies(24, 30);
	map = &fake.maps[fake.map_count - 1];
	assert_true(nhrp_address_equal(&map->map.protocol, &spoke2));
	map->map.used = 0;
	exchange_pass(25000);
	exchange_sent(NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA);
	exchange_silent();
	spoke2_replies(24, 30);
	exchange_pass(28000);
	exchange_silent();
	assert_non_null(fake_find_route("10.0.65.0", 24));
	exchange_pass(5000);
	assert_null(fake_find_route("10.0.65.0", 24));
}

static void answers_that_are_not_believed(void **state)
{
	struct nhrp_address hub = fake_address(HUB);

	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	spoke2_replies(24, 0);
	assert_mapped(SPOKE2, NULL);

	/* the hub's address at another NBMA address */
	indicate(HUB_NBMA, "10.0.64.9", "10.0.67.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	nhrp_packet_init_reply(&in, &out);
	nhrp_cie_init(nhrp_packet_add_cie(&in), &in.source_nbma, &hub, 24);
	in.cies[0].nbma = fake_address(SPOKE2_NBMA);
	in.cies[0].holding_time = 300;
	exchange_receive(&in, SPOKE2_NBMA);
	assert_mapped(HUB, HUB_NBMA);
}

static void indications_that_are_not_heeded(void **state)
{
	(void)state;
	indicate("9.1.1.77", "10.0.64.9", "10.0.65.9");
	indicate(HUB_NBMA, "10.0.66.9", "10.0.65.9");
	indicate(HUB_NBMA, "10.0.64.9", "10.0.64.8");
	indicate(HUB_NBMA, "10.0.64.9", "224.0.0.5");
	exchange_silent();
}

/* ---- the answering side ---- */

/* Spoke 2 asks, by way of the hub, for what is behind us. */
static void spoke2_asks(uint16_t hold)
{
	struct nhrp_address hub = fake_address(HUB);
	struct nhrp_cie transit;

	exchange_request(&in, NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA, SPOKE2,
			 "10.0.64.9");
	in.cies[0].holding_time = hold;
	nhrp_cie_init(&transit, NULL, &hub, 32);
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_FORWARD_TRANSIT), &transit);
	in.flags = 0xc802;
	exchange_receive(&in, HUB_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE2_NBMA);
}

static const struct mgre_peer *find_peer(const char *nbma)
{
	struct nhrp_address address = fake_address(nbma);
	size_t i;

	for (i = 0; i < fake.peer_count; i++)
		if (nhrp_address_equal(&fake.peers[i].peer.endpoint.nbma,
				       &address))
			return &fake.peers[i].peer;
	fail_msg("no peer %s", nbma);
	return NULL;
}

static void request_for_our_network(void **state)
{
	(void)state;
	spoke2_asks(300);
	assert_mapped(SPOKE2, SPOKE2_NBMA);
	assert_int_equal(out.flags, 0xe802);
	assert_address(&out.source_protocol, SPOKE2);
	assert_address(&out.destination_protocol, "10.0.64.9");
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_int_equal(out.cies[0].prefix_length, 24);
	assert_address(&out.cies[0].protocol, SPOKE1);
	assert_address(&out.cies[0].nbma, SPOKE1_NBMA);
	assert_int_equal(sent_extension(NHRP_EXTENSION_FORWARD_TRANSIT)->
			 cie_count, 1);
}

/* Or the requester would send us data that the kernel refuses. */
static void admission_outlives_the_answer(void **state)
{
	static const uint16_t holds[] = { 60, 300, 7200 };
	struct nhrp_address spoke2 = fake_address(SPOKE2);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(holds); i++) {
		spoke2_asks(holds[i]);
		assert_int_equal(out.cies[0].holding_time,
				 holds[i] < 300 ? holds[i] : 300);
		assert_in_range(fake_find_map(DEVICE, &spoke2)->hold,
				out.cies[0].holding_time + 1, 7300);
	}
}

/* The requester refuses our data until it has our reply. */
static void nothing_is_sent_directly_before_the_reply(void **state)
{
	(void)state;
	spoke2_asks(300);
	assert_false(find_peer(SPOKE2_NBMA)->up);
	exchange_pass(5000);
	assert_true(find_peer(SPOKE2_NBMA)->up);
	spoke2_asks(300);
	assert_true(find_peer(SPOKE2_NBMA)->up);
}

static void stranger_moves_no_mapping(void **state)
{
	(void)state;
	spoke2_asks(300);
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, "9.1.1.77", SPOKE2,
			 "10.0.64.9");
	exchange_receive(&in, "9.1.1.77");
	exchange_sent(NHRP_RESOLUTION_REPLY, "9.1.1.77");
	assert_int_equal(out.cies[0].code, NHRP_CODE_PROHIBITED);
	assert_mapped(SPOKE2, SPOKE2_NBMA);
}

/* Our LAN's address is ours, whoever asks with it. */
static void requester_has_none_of_our_addresses(void **state)
{
	(void)state;
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA,
			 "10.0.64.1", "10.0.64.9");
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE2_NBMA);
	assert_int_equal(out.cies[0].code, NHRP_CODE_PROHIBITED);
	assert_mapped("10.0.64.1", NULL);
}

/* A neighbour that is known may not speak for another one. */
static void neighbour_moves_no_mapping(void **state)
{
	(void)state;
	spoke2_asks(300);
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, "9.1.1.77", "9.0.0.7",
			 "10.0.64.9");
	exchange_receive(&in, "9.1.1.77");
	exchange_sent(NHRP_RESOLUTION_REPLY, "9.1.1.77");
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, "9.1.1.77", SPOKE2,
			 "10.0.64.9");
	exchange_receive(&in, "9.1.1.77");
	exchange_sent(NHRP_RESOLUTION_REPLY, "9.1.1.77");
	assert_int_equal(out.cies[0].code, NHRP_CODE_PROHIBITED);
	assert_mapped(SPOKE2, SPOKE2_NBMA);
}

/* ---- purge, end and new beginning ---- */

static void sender_that_we_forgot_is_told(void **state)
{
	struct endpoint unknown = { .nbma = fake_address(SPOKE2_NBMA) };

	(void)state;
	fake.mgre_events->unknown_peer(fake.context, DEVICE, &unknown);
	exchange_sent(NHRP_PURGE_REQUEST, SPOKE2_NBMA);
	assert_int_equal(out.flags, NHRP_PURGE_NO_REPLY);
	assert_address(&out.source_nbma, SPOKE1_NBMA);
	assert_address(&out.source_protocol, SPOKE1);
	assert_address(&out.destination_protocol, SPOKE1);
	assert_int_equal(out.cie_count, 1);
	assert_address(&out.cies[0].protocol, SPOKE1);
	assert_int_equal(out.cies[0].prefix_length, 32);
	exchange_silent();
	exchange_pass(20000);
	exchange_silent();
}

/* Its own address is all that it can name. */
static void server_that_forgot_us_hears_from_us(void **state)
{
	struct nhrp_packet purge;

	(void)state;
	exchange_request(&purge, NHRP_PURGE_REQUEST, HUB_NBMA, HUB, HUB);
	purge.flags = NHRP_PURGE_NO_REPLY;
	purge.cies[0].protocol = fake_address(HUB);
	exchange_receive(&purge, SPOKE2_NBMA);
	exchange_pass(1000);
	exchange_silent();
	exchange_receive(&purge, HUB_NBMA);
	exchange_receive(&purge, HUB_NBMA);
	assert_mapped(HUB, HUB_NBMA);
	exchange_pass(400);
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	exchange_receive(&purge, HUB_NBMA);
	exchange_pass(400);
	exchange_silent();
	hub_replies(NHRP_CODE_SUCCESS);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_REGISTERED);
}

static void purge_of_a_next_hop_ends_its_shortcuts(void **state)
{
	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	spoke2_replies(24, 300);
	assert_non_null(fake_find_route("10.0.65.0", 24));
	exchange_request(&in, NHRP_PURGE_REQUEST, SPOKE2_NBMA, SPOKE2, SPOKE2);
	in.flags = NHRP_PURGE_NO_REPLY;
	in.cies[0].protocol = fake_address(SPOKE2);
	in.cies[0].prefix_length = 32;
	exchange_receive(&in, "9.1.1.77");
	assert_non_null(fake_find_route("10.0.65.0", 24));
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_silent();
	assert_null(fake_find_route("10.0.65.0", 24));
	assert_null(fake_find_map(DEVICE, &in.cies[0].protocol));
}

static void clients_get_and_lose_multicast_by_reload(void **state)
{
	(void)state;
	exchange_request(&in, NHRP_REGISTRATION_REQUEST, SPOKE2_NBMA, SPOKE2,
			 SPOKE1);
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE2_NBMA);
	assert_int_equal(find_peer(SPOKE2_NBMA)->flags,
			 MGRE_PEER_FLAGS_TRANSIENT);
	exchange_reload("map multicast dynamic\n");
	assert_int_equal(find_peer(SPOKE2_NBMA)->flags,
			 MGRE_PEER_FLAGS_TRANSIENT |
			 MGRE_PEER_FLAGS_MULTICAST);
	exchange_reload("");
	assert_int_equal(find_peer(SPOKE2_NBMA)->flags,
			 MGRE_PEER_FLAGS_TRANSIENT);
	assert_mapped(SPOKE2, SPOKE2_NBMA);
}

static void cleared_neighbour_is_told(void **state)
{
	struct nhrp_address spoke2 = fake_address(SPOKE2);
	struct nhrp_address other = fake_address("9.0.0.77");

	(void)state;
	spoke2_asks(300);
	purge_local(exchange_interface(), &other, 0);
	exchange_silent();
	purge_local(exchange_interface(), NULL, 16);
	exchange_silent();
	purge_local(exchange_interface(), &spoke2, 0);
	exchange_sent(NHRP_PURGE_REQUEST, SPOKE2_NBMA);
	assert_address(&out.destination_protocol, SPOKE2);
	assert_address(&out.cies[0].protocol, "10.0.64.0");
	assert_int_equal(out.cies[0].prefix_length, 24);
	exchange_silent();
	assert_null(fake_find_map(DEVICE, &spoke2));
}

static void purge_ends_a_shortcut(void **state)
{
	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	spoke2_replies(24, 300);
	assert_non_null(fake_find_route("10.0.65.0", 24));
	exchange_request(&in, NHRP_PURGE_REQUEST, SPOKE2_NBMA, SPOKE2, SPOKE1);
	in.cies[0].protocol = fake_address("10.0.65.0");
	in.cies[0].prefix_length = 24;
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_PURGE_REPLY, SPOKE2_NBMA);
	assert_null(fake_find_route("10.0.65.0", 24));
}

static void expired_mapping_takes_its_shortcuts(void **state)
{
	struct mgre_map gone;

	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	spoke2_replies(24, 300);
	gone = fake.maps[fake.map_count - 1].map;
	assert_int_equal(mgre_map_delete(NULL, DEVICE, &gone.protocol), 0);
	fake.mgre_events->map_expired(fake.context, DEVICE, &gone);
	assert_null(fake_find_route("10.0.65.0", 24));
}

static void restart_takes_everything_over(void **state)
{
	struct config_error error;
	struct config *config;
	static const char text[] = "interface mgre0\nnetwork-id 1\n"
		"holdtime 300\nshortcut\nnhs " HUB " nbma " HUB_NBMA "\n";

	(void)state;
	indicate(HUB_NBMA, "10.0.64.9", "10.0.65.9");
	exchange_sent(NHRP_RESOLUTION_REQUEST, HUB_NBMA);
	spoke2_replies(24, 300);
	daemon_stop(&node);
	exchange_silent();
	usleep(100000);	/* request ids come from the wall clock */
	config = config_parse("test", text, strlen(text), &error);
	assert_non_null(config);
	assert_int_equal(daemon_start(&node, config), 0);
	assert_mapped(SPOKE2, SPOKE2_NBMA);
	assert_mapped(HUB, HUB_NBMA);
	assert_non_null(fake_find_route("10.0.65.0", 24));
	assert_non_null(exchange_interface()->shortcuts);
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	assert_int_not_equal(out.request_id, registration_id);
}

/* Killed, and started again when the server is elsewhere. */
static void restart_releases_where_a_server_was(void **state)
{
	struct config_error error;
	struct config *config;
	static const char text[] = "interface mgre0\nnetwork-id 1\n"
		"holdtime 300\nshortcut\nnhs " HUB " nbma 9.1.1.26\n";

	(void)state;
	daemon_stop(&node);
	config = config_parse("test", text, strlen(text), &error);
	assert_non_null(config);
	assert_int_equal(daemon_start(&node, config), 0);
	assert_mapped(HUB, "9.1.1.26");
	assert_int_equal(fake.peer_count, 1);
	assert_address(&fake.peers[0].peer.endpoint.nbma, "9.1.1.26");
}

static void lost_events_are_made_up_for(void **state)
{
	(void)state;
	fake.links[0].local = fake_address("9.1.1.77");
	fake.mgre_events->lost(fake.context);
	assert_address(&exchange_interface()->nbma, "9.1.1.77");
	fake.link_count = 0;
	fake.rtnl_events->lost(fake.context);
	assert_int_not_equal(exchange_interface()->state, INTERFACE_UP);
}

static void shutdown_deregisters(void **state)
{
	(void)state;
	daemon_shutdown(&node);
	exchange_sent(NHRP_PURGE_REQUEST, HUB_NBMA);
	assert_int_equal(out.request_id, registration_id);
	assert_address(&out.source_protocol, SPOKE1);
	assert_address(&out.destination_protocol, HUB);
	assert_address(&out.cies[0].protocol, SPOKE1);
}

#define SPOKE_TEST(test, setup) \
	cmocka_unit_test_setup_teardown(test, setup, exchange_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOKE_TEST(registration_request, plain_spoke),
		SPOKE_TEST(registration_request_with_other_settings,
			   roaming_spoke),
		SPOKE_TEST(retry_keeps_the_request_id, plain_spoke),
		SPOKE_TEST(server_is_fallback_and_gets_multicast,
			   registered_spoke),
		SPOKE_TEST(registration_is_refreshed, registered_spoke),
		SPOKE_TEST(silent_server_fails, registered_spoke),
		SPOKE_TEST(name_is_looked_up_at_each_try, spoke_of_a_name),
		SPOKE_TEST(worse_server_takes_its_turn, spoke_of_two),
		SPOKE_TEST(standby_asks_no_dns, spoke_of_a_worse_name),
		SPOKE_TEST(new_server_leaves_others_alone, registered_spoke),
		SPOKE_TEST(refusal_is_no_registration, plain_spoke),
		SPOKE_TEST(replies_that_are_not_ours, plain_spoke),
		SPOKE_TEST(indication_leads_to_a_shortcut, registered_spoke),
		SPOKE_TEST(miss_leads_to_a_mapping, registered_spoke),
		SPOKE_TEST(prefix_is_not_wider_than_our_route,
			   registered_spoke),
		SPOKE_TEST(refusal_is_remembered, registered_spoke),
		SPOKE_TEST(refusal_is_forgotten_in_time, registered_spoke),
		SPOKE_TEST(request_is_repeated_with_its_id, registered_spoke),
		SPOKE_TEST(shortcut_lives_as_long_as_its_traffic,
			   registered_spoke),
		SPOKE_TEST(answers_that_are_not_believed, registered_spoke),
		SPOKE_TEST(indications_that_are_not_heeded, registered_spoke),
		SPOKE_TEST(request_for_our_network, registered_spoke),
		SPOKE_TEST(admission_outlives_the_answer, registered_spoke),
		SPOKE_TEST(nothing_is_sent_directly_before_the_reply,
			   registered_spoke),
		SPOKE_TEST(stranger_moves_no_mapping, registered_spoke),
		SPOKE_TEST(requester_has_none_of_our_addresses,
			   registered_spoke),
		SPOKE_TEST(neighbour_moves_no_mapping, registered_spoke),
		SPOKE_TEST(sender_that_we_forgot_is_told, registered_spoke),
		SPOKE_TEST(server_that_forgot_us_hears_from_us,
			   registered_spoke),
		SPOKE_TEST(purge_of_a_next_hop_ends_its_shortcuts,
			   registered_spoke),
		SPOKE_TEST(clients_get_and_lose_multicast_by_reload,
			   registered_spoke),
		SPOKE_TEST(cleared_neighbour_is_told, registered_spoke),
		SPOKE_TEST(purge_ends_a_shortcut, registered_spoke),
		SPOKE_TEST(expired_mapping_takes_its_shortcuts,
			   registered_spoke),
		SPOKE_TEST(restart_takes_everything_over, registered_spoke),
		SPOKE_TEST(restart_releases_where_a_server_was,
			   registered_spoke),
		SPOKE_TEST(lost_events_are_made_up_for, registered_spoke),
		SPOKE_TEST(shutdown_deregisters, registered_spoke),
	};

	return cmocka_run_group_tests_name("spoke", tests, NULL, NULL);
}
