// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd as a hub: RFC 2332 rule by rule, packet by packet.
 */
#include <string.h>

#include "exchange.h"
#include "test.h"

static struct nhrp_packet in;

static int plain_hub(void **state)
{
	(void)state;
	exchange_hub("");
	return 0;
}

static int secret_hub(void **state)
{
	(void)state;
	exchange_hub("authentication secret\n");
	return 0;
}

static int hub_with_multicast(void **state)
{
	(void)state;
	exchange_hub("map multicast " SPOKE1_NBMA "\n");
	return 0;
}

static int hub_with_map(void **state)
{
	(void)state;
	exchange_hub("map 9.0.0.9 9.1.1.99\n");
	return 0;
}

static void request(enum nhrp_type type, const char *destination)
{
	exchange_request(&in, type, SPOKE1_NBMA, SPOKE1, destination);
}

static struct nhrp_extension *sent_extension(uint16_t type)
{
	struct nhrp_extension *extension = nhrp_extension_find(&out, type);

	assert_non_null(extension);
	return extension;
}

/* ---- registration: 5.2.3, 5.2.4 ---- */

static void registration_is_acknowledged(void **state)
{
	struct nhrp_extension *responder;

	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	in.flags = NHRP_REGISTRATION_UNIQUE;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	exchange_silent();
	assert_int_equal(out.request_id, 4711);
	assert_int_equal(out.flags, NHRP_REGISTRATION_UNIQUE);
	assert_address(&out.source_nbma, SPOKE1_NBMA);
	assert_address(&out.source_protocol, SPOKE1);
	assert_address(&out.destination_protocol, HUB);
	assert_int_equal(out.cie_count, 1);
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_int_equal(out.cies[0].holding_time, 300);
	assert_int_equal(out.extension_count, 4);
	responder = sent_extension(NHRP_EXTENSION_RESPONDER_ADDRESS);
	assert_int_equal(responder->cie_count, 1);
	assert_address(&responder->cies[0].protocol, HUB);
	assert_address(&responder->cies[0].nbma, HUB_NBMA);
	assert_int_equal(sent_extension(NHRP_EXTENSION_NAT_ADDRESS)->cie_count,
			 0);
	assert_mapped(SPOKE1, SPOKE1_NBMA);
}

static void registered_client_gets_multicast(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	assert_int_equal(fake.peer_count, 1);
	assert_true(fake.peers[0].peer.flags & MGRE_PEER_FLAGS_MULTICAST);
	assert_true(fake.peers[0].peer.flags & MGRE_PEER_FLAGS_TRANSIENT);
}

/* Settings that do not want its peer any more take no client away. */
static void reload_leaves_clients_alone(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	assert_int_equal(fake.peer_count, 1);
	assert_false(fake.peers[0].peer.flags & MGRE_PEER_FLAGS_TRANSIENT);
	exchange_reload("");
	assert_mapped(SPOKE1, SPOKE1_NBMA);
	assert_int_equal(exchange_interface()->registered, 1);
	assert_int_equal(fake.peer_count, 1);
	assert_int_equal(fake.peers[0].peer.flags,
			 MGRE_PEER_FLAGS_MULTICAST |
			 MGRE_PEER_FLAGS_TRANSIENT);
}

/* As the RFC and FRR's "nhs dynamic" do, opennhrp, and IOS with any hub. */
static void registration_destinations(void **state)
{
	static const char *const destinations[] = {
		SPOKE1, "9.0.0.255", HUB,
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(destinations); i++) {
		request(NHRP_REGISTRATION_REQUEST, destinations[i]);
		in.hop_count = 0;
		exchange_receive(&in, SPOKE1_NBMA);
		exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
		assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
		assert_address(&out.destination_protocol, HUB);
	}
}

static void refresh_is_not_a_conflict(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	exchange_register(SPOKE1_NBMA, SPOKE1);
}

static void unique_address_is_kept(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	exchange_request(&in, NHRP_REGISTRATION_REQUEST, SPOKE2_NBMA, SPOKE1,
			 HUB);
	in.flags = NHRP_REGISTRATION_UNIQUE;
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE2_NBMA);
	assert_int_equal(out.cies[0].code, NHRP_CODE_ALREADY_REGISTERED);
	assert_int_equal(out.cies[0].holding_time, 0);
	assert_mapped(SPOKE1, SPOKE1_NBMA);
	assert_int_equal(exchange_interface()->traffic.drops
				 [TRAFFIC_DROP_POLICY], 1);
}

static void unique_registration_is_of_one_address(void **state)
{
	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	in.flags = NHRP_REGISTRATION_UNIQUE;
	*nhrp_packet_add_cie(&in) = in.cies[0];
	in.cies[1].protocol = fake_address("9.0.0.22");
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_int_equal(out.cies[1].code, NHRP_CODE_PROHIBITED);
	assert_mapped("9.0.0.22", NULL);
}

static void address_that_is_not_unique_may_move(void **state)
{
	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	exchange_receive(&in, "9.1.1.131");
	exchange_sent(NHRP_REGISTRATION_REPLY, "9.1.1.131");
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_mapped(SPOKE1, "9.1.1.131");
}

static void addresses_nobody_may_register(void **state)
{
	static const char *const addresses[] = {
		"9.0.0.9", "9.0.0.255", "224.0.0.5", "0.0.0.0", "10.1.0.1",
	};
	struct nhrp_address address;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		request(NHRP_REGISTRATION_REQUEST, HUB);
		address = fake_address(addresses[i]);
		in.cies[0].protocol = address;
		exchange_receive(&in, SPOKE1_NBMA);
		exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
		assert_int_equal(out.cies[0].code, NHRP_CODE_PROHIBITED);
		assert_int_equal(out.cies[0].holding_time, 0);
	}
	assert_mapped("9.0.0.9", "9.1.1.99");
	request(NHRP_REGISTRATION_REQUEST, HUB);
	in.cies[0].protocol = fake_address(HUB);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.cies[0].code, NHRP_CODE_PROHIBITED);
	assert_mapped(HUB, NULL);
}

/* What a client says of the way of its packet is not believed. */
static void client_is_where_its_packets_come_from(void **state)
{
	struct nhrp_address elsewhere = fake_address("9.0.0.250");
	struct nhrp_cie record;

	(void)state;
	exchange_request(&in, NHRP_REGISTRATION_REQUEST, SPOKE2_NBMA, SPOKE1,
			 HUB);
	nhrp_extension_remove(&in, NHRP_EXTENSION_FORWARD_TRANSIT);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	assert_mapped(SPOKE1, SPOKE1_NBMA);

	exchange_request(&in, NHRP_REGISTRATION_REQUEST, SPOKE2_NBMA, SPOKE1,
			 HUB);
	nhrp_cie_init(&record, NULL, &elsewhere, 32);
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_FORWARD_TRANSIT), &record);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	assert_mapped(SPOKE1, SPOKE1_NBMA);
}

static void client_behind_nat_learns_its_address(void **state)
{
	struct nhrp_extension *nat;

	(void)state;
	exchange_request(&in, NHRP_REGISTRATION_REQUEST, "192.168.1.2", SPOKE1,
			 HUB);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	nat = sent_extension(NHRP_EXTENSION_NAT_ADDRESS);
	assert_int_equal(nat->cie_count, 1);
	assert_address(&nat->cies[0].nbma, SPOKE1_NBMA);
	assert_address(&nat->cies[0].protocol, SPOKE1);
	assert_mapped(SPOKE1, SPOKE1_NBMA);
}

/* It is not where the server is that passed its request on. */
static void client_of_another_server_is_not_behind_nat(void **state)
{
	struct nhrp_address relay = fake_address("9.0.0.9");
	struct nhrp_cie record;

	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	nhrp_cie_init(&record, NULL, &relay, 32);
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_FORWARD_TRANSIT), &record);
	exchange_receive(&in, "9.1.1.99");
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	assert_int_equal(sent_extension(NHRP_EXTENSION_NAT_ADDRESS)->cie_count,
			 0);
	assert_mapped(SPOKE1, SPOKE1_NBMA);
}

static void table_that_is_full(void **state)
{
	char protocol[NHRP_ADDRESS_TEXT], nbma[NHRP_ADDRESS_TEXT];
	unsigned int i;

	(void)state;
	for (i = 0; i < FAKE_MAX; i++) {
		snprintf(protocol, sizeof(protocol), "9.0.0.%u", 10 + i);
		snprintf(nbma, sizeof(nbma), "9.2.0.%u", 10 + i);
		exchange_request(&in, NHRP_REGISTRATION_REQUEST, nbma,
				 protocol, HUB);
		exchange_receive(&in, nbma);
	}
	assert_int_equal(fake.map_count, FAKE_MAX);
	for (i = 0; i < FAKE_MAX; i++) {
		snprintf(nbma, sizeof(nbma), "9.2.0.%u", 10 + i);
		exchange_sent(NHRP_REGISTRATION_REPLY, nbma);
		assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	}
	fake.sent_count = 0;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	exchange_receive(&in, SPOKE1_NBMA);
	assert_int_equal(fake.sent_count, 1);
	assert_int_equal(fake.sent[0].bytes[17], NHRP_REGISTRATION_REPLY);
	assert_int_equal(fake.sent[0].bytes[40],
			 NHRP_CODE_INSUFFICIENT_RESOURCES);
}

/* ---- resolution: 5.2.1, 5.2.2 ---- */

static void unknown_address_is_refused_at_once(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	request(NHRP_RESOLUTION_REQUEST, "9.0.0.77");
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	exchange_silent();
	assert_int_equal(out.cie_count, 1);
	assert_int_equal(out.cies[0].code, NHRP_CODE_NO_BINDING);
	assert_int_equal(out.cies[0].holding_time, 0);
	assert_int_equal(out.extension_count, 4);
	request(NHRP_RESOLUTION_REQUEST, "172.31.0.1");
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.cies[0].code, NHRP_CODE_NO_BINDING);
}

static void request_is_forwarded_along_the_route(void **state)
{
	struct nhrp_extension *transit;

	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	exchange_register(SPOKE2_NBMA, SPOKE2);
	request(NHRP_RESOLUTION_REQUEST, "10.0.65.9");
	in.hop_count = 64;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA);
	exchange_silent();
	assert_int_equal(out.hop_count, 63);
	assert_int_equal(out.request_id, 4711);
	assert_address(&out.source_nbma, SPOKE1_NBMA);
	assert_address(&out.source_protocol, SPOKE1);
	assert_address(&out.destination_protocol, "10.0.65.9");
	transit = sent_extension(NHRP_EXTENSION_FORWARD_TRANSIT);
	assert_int_equal(transit->cie_count, 1);
	assert_address(&transit->cies[0].protocol, HUB);
	assert_address(&transit->cies[0].nbma, HUB_NBMA);
	assert_int_equal(sent_extension(NHRP_EXTENSION_REVERSE_TRANSIT)->
			 cie_count, 0);
}

static void first_server_notes_nat(void **state)
{
	struct nhrp_extension *nat;

	(void)state;
	exchange_register(SPOKE2_NBMA, SPOKE2);
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, "192.168.1.2", SPOKE1,
			 SPOKE2);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA);
	nat = sent_extension(NHRP_EXTENSION_NAT_ADDRESS);
	assert_int_equal(nat->cie_count, 1);
	assert_address(&nat->cies[0].nbma, SPOKE1_NBMA);
	assert_address(&nat->cies[0].protocol, SPOKE1);
}

static void reply_is_forwarded_to_the_requester(void **state)
{
	struct nhrp_extension *transit;
	struct nhrp_address spoke2 = fake_address(SPOKE2);
	struct nhrp_address nbma = fake_address(SPOKE2_NBMA);

	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	exchange_register(SPOKE2_NBMA, SPOKE2);
	request(NHRP_RESOLUTION_REPLY, "10.0.65.9");
	nhrp_cie_init(&in.cies[0], &nbma, &spoke2, 24);
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	transit = sent_extension(NHRP_EXTENSION_REVERSE_TRANSIT);
	assert_int_equal(transit->cie_count, 1);
	assert_address(&transit->cies[0].protocol, HUB);
	assert_int_equal(sent_extension(NHRP_EXTENSION_FORWARD_TRANSIT)->
			 cie_count, 0);
}

static void egress_answers_with_its_prefix(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	request(NHRP_RESOLUTION_REQUEST, "10.1.0.9");
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.cie_count, 1);
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_int_equal(out.cies[0].prefix_length, 24);
	assert_int_not_equal(out.cies[0].holding_time, 0);
	assert_address(&out.cies[0].protocol, HUB);
	assert_address(&out.cies[0].nbma, HUB_NBMA);
	assert_int_equal(sent_extension(NHRP_EXTENSION_RESPONDER_ADDRESS)->
			 cie_count, 1);
	request(NHRP_RESOLUTION_REQUEST, "10.1.0.9");
	in.flags = NHRP_RESOLUTION_UNIQUE;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.cies[0].prefix_length, NHRP_PREFIX_HOST);
	assert_int_equal(out.flags & NHRP_RESOLUTION_UNIQUE,
			 NHRP_RESOLUTION_UNIQUE);
}

static void requester_is_admitted_before_the_answer(void **state)
{
	(void)state;
	request(NHRP_RESOLUTION_REQUEST, "10.1.0.9");
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_mapped(SPOKE1, SPOKE1_NBMA);
}

static void looped_reply_draws_an_error(void **state)
{
	struct nhrp_address hub = fake_address(HUB);
	struct nhrp_cie responder;

	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	request(NHRP_RESOLUTION_REPLY, "10.0.65.9");
	nhrp_cie_init(&responder, NULL, &hub, 32);
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_RESPONDER_ADDRESS), &responder);
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE2_NBMA);
	exchange_silent();
	assert_int_equal(out.code, NHRP_ERROR_LOOP_DETECTED);
}

/* ---- loops, hop counts, extensions: 5.2.7, 5.3 ---- */

static void loop_draws_an_error(void **state)
{
	struct nhrp_address hub = fake_address(HUB);
	struct nhrp_cie cie;

	(void)state;
	exchange_register(SPOKE2_NBMA, SPOKE2);
	request(NHRP_RESOLUTION_REQUEST, "10.0.65.9");
	nhrp_cie_init(&cie, NULL, &hub, 32);
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_FORWARD_TRANSIT), &cie);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE1_NBMA);
	exchange_silent();
	assert_int_equal(out.code, NHRP_ERROR_LOOP_DETECTED);
	assert_address(&out.source_nbma, HUB_NBMA);
	assert_address(&out.source_protocol, HUB);
	assert_address(&out.destination_protocol, SPOKE1);
	assert_int_equal(out.extension_count, 0);
	assert_int_not_equal(out.payload_length, 0);
}

static void hop_count_is_not_exceeded(void **state)
{
	(void)state;
	exchange_register(SPOKE2_NBMA, SPOKE2);
	request(NHRP_RESOLUTION_REQUEST, SPOKE2);
	in.hop_count = 0;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE1_NBMA);
	exchange_silent();
	assert_int_equal(out.code, NHRP_ERROR_HOP_COUNT);
}

static void unknown_compulsory_extension(void **state)
{
	struct nhrp_extension *unknown;

	(void)state;
	exchange_register(SPOKE2_NBMA, SPOKE2);
	request(NHRP_REGISTRATION_REQUEST, HUB);
	unknown = nhrp_extension_add(&in, 0x123);
	unknown->compulsory = true;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE1_NBMA);
	assert_int_equal(out.code, NHRP_ERROR_UNRECOGNIZED_EXTENSION);
	assert_mapped(SPOKE1, NULL);

	/* a transit NHS passes it on, but adds nothing */
	request(NHRP_RESOLUTION_REQUEST, SPOKE2);
	unknown = nhrp_extension_add(&in, 0x123);
	unknown->compulsory = true;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA);
	assert_true(sent_extension(0x123)->compulsory);
	assert_int_equal(sent_extension(NHRP_EXTENSION_FORWARD_TRANSIT)->
			 cie_count, 0);
	exchange_silent();
}

static void unknown_extension_comes_back(void **state)
{
	struct nhrp_extension *unknown;

	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	unknown = nhrp_extension_add(&in, 0x123);
	memcpy(unknown->data, "abc", 3);
	unknown->length = 3;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	assert_memory_equal(sent_extension(0x123)->data, "abc", 3);
}

static void errors_draw_no_errors(void **state)
{
	struct nhrp_address nowhere = fake_address("172.31.0.1");

	(void)state;
	request(NHRP_ERROR_INDICATION, HUB);
	in.cie_count = 0;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_silent();
	in.destination_protocol = nowhere;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_silent();
	exchange_register(SPOKE2_NBMA, SPOKE2);
	in.destination_protocol = fake_address(SPOKE2);
	in.hop_count = 0;
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_silent();
}

static void broken_packet_draws_one_error(void **state)
{
	uint8_t bytes[FAKE_BYTES];
	size_t length;

	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	length = nhrp_packet_build(&in, bytes, sizeof(bytes));
	bytes[12] ^= 0xff;
	fake_receive(DEVICE, SPOKE1_NBMA, bytes, length);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE1_NBMA);
	exchange_silent();
	assert_int_equal(out.code, NHRP_ERROR_PROTOCOL);
	assert_int_equal(out.error_offset, 12);
	assert_memory_equal(out.payload, bytes, length);
	fake_receive(DEVICE, SPOKE1_NBMA, bytes, length - 1);
	exchange_silent();
}

/* ---- authentication, hop by hop ---- */

static void authentication_is_required(void **state)
{
	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE1_NBMA);
	assert_int_equal(out.code, NHRP_ERROR_AUTHENTICATION);
	assert_mapped(SPOKE1, NULL);
	assert_true(nhrp_authentication_set(&in, "wrong"));
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE1_NBMA);
	assert_mapped(SPOKE1, NULL);
	assert_true(nhrp_authentication_set(&in, "secret"));
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	assert_true(nhrp_authentication_check(&out, "secret"));
}

static void authentication_is_not_passed_on_twice(void **state)
{
	size_t i, count = 0;

	(void)state;
	request(NHRP_REGISTRATION_REQUEST, HUB);
	assert_true(nhrp_authentication_set(&in, "secret"));
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_REGISTRATION_REPLY, SPOKE1_NBMA);
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA, SPOKE2,
			 SPOKE1);
	assert_true(nhrp_authentication_set(&in, "secret"));
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_RESOLUTION_REQUEST, SPOKE1_NBMA);
	for (i = 0; i < out.extension_count; i++)
		count += out.extensions[i].type ==
			 NHRP_EXTENSION_AUTHENTICATION;
	assert_int_equal(count, 1);
	assert_true(nhrp_authentication_check(&out, "secret"));
}

/* ---- purge: 5.2.5, 5.2.6 ---- */

static void purge_of_its_owner_is_honoured(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	request(NHRP_PURGE_REQUEST, HUB);
	in.cies[0].protocol = fake_address(SPOKE1);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_PURGE_REPLY, SPOKE1_NBMA);
	assert_int_equal(out.request_id, 4711);
	assert_int_equal(out.cie_count, 1);
	assert_mapped(SPOKE1, NULL);

	/* there is nothing any more, and still it is answered */
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_PURGE_REPLY, SPOKE1_NBMA);
}

static void purge_of_a_stranger_is_not(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	exchange_request(&in, NHRP_PURGE_REQUEST, SPOKE2_NBMA, SPOKE2, HUB);
	in.cies[0].protocol = fake_address(SPOKE1);
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_PURGE_REPLY, SPOKE2_NBMA);
	assert_mapped(SPOKE1, SPOKE1_NBMA);
}

static void purge_that_wants_no_reply(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	request(NHRP_PURGE_REQUEST, HUB);
	in.flags = NHRP_PURGE_NO_REPLY;
	in.cies[0].protocol = fake_address(SPOKE1);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_silent();
	assert_mapped(SPOKE1, NULL);
}

/* Nobody acknowledges in the name of another. */
static void purge_for_a_node_that_is_not_there(void **state)
{
	(void)state;
	request(NHRP_PURGE_REQUEST, "9.0.0.77");
	in.cies[0].protocol = fake_address(SPOKE1);
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE1_NBMA);
	assert_int_equal(out.code, NHRP_ERROR_UNREACHABLE);
}

static void purge_reaches_whom_it_was_told(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	request(NHRP_RESOLUTION_REQUEST, "10.1.0.9");
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	fake_add_route("10.1.0.0", 24, SPOKE2, DEVICE);
	exchange_register(SPOKE2_NBMA, SPOKE2);
	fake.rtnl_events->route(fake.context,
				&fake.routes[fake.route_count - 1].prefix);
	exchange_wait();
	exchange_sent(NHRP_PURGE_REQUEST, SPOKE1_NBMA);
	assert_address(&out.source_protocol, HUB);
	assert_address(&out.destination_protocol, SPOKE1);
	assert_address(&out.cies[0].protocol, "10.1.0.0");
	assert_int_equal(out.cies[0].prefix_length, 24);
	assert_int_equal(out.cies[0].holding_time, 0);
	assert_int_equal(out.cies[0].mtu, 0);
}

/* ---- redirect ---- */

/* Here a route that now leads elsewhere. */
static void answers_are_checked_when_events_are_lost(void **state)
{
	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	request(NHRP_RESOLUTION_REQUEST, "10.1.0.9");
	exchange_receive(&in, SPOKE1_NBMA);
	exchange_sent(NHRP_RESOLUTION_REPLY, SPOKE1_NBMA);
	fake_add_route("10.1.0.0", 24, SPOKE2, DEVICE);
	fake.rtnl_events->lost(fake.context);
	exchange_wait();
	exchange_sent(NHRP_PURGE_REQUEST, SPOKE1_NBMA);
}

static void hairpin_is_indicated_to_its_source(void **state)
{
	uint8_t head[84] = { 0x45, 0, 0, 84, [12] = 10, 0, 64, 9,
			     10, 0, 65, 9 };

	(void)state;
	exchange_register(SPOKE1_NBMA, SPOKE1);
	exchange_register(SPOKE2_NBMA, SPOKE2);
	fake.mgre_events->redirect(fake.context, DEVICE, head, sizeof(head));
	exchange_sent(NHRP_TRAFFIC_INDICATION, SPOKE1_NBMA);
	exchange_silent();
	assert_int_equal(out.code, NHRP_TRAFFIC_REDIRECT);
	assert_address(&out.source_nbma, HUB_NBMA);
	assert_address(&out.source_protocol, HUB);
	assert_address(&out.destination_protocol, "10.0.64.9");
	assert_int_equal(out.payload_length, sizeof(head));
	assert_memory_equal(out.payload, head, sizeof(head));
}

static void stray_replies(void **state)
{
	(void)state;
	exchange_request(&in, NHRP_RESOLUTION_REPLY, HUB_NBMA, HUB, SPOKE2);
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_sent(NHRP_ERROR_INDICATION, SPOKE2_NBMA);
	assert_int_equal(out.code, NHRP_ERROR_INVALID_REPLY);
	assert_address(&out.destination_protocol, SPOKE2);
	in.type = NHRP_REGISTRATION_REPLY;
	exchange_receive(&in, SPOKE2_NBMA);
	in.type = NHRP_PURGE_REPLY;
	exchange_receive(&in, SPOKE2_NBMA);
	exchange_silent();
	assert_int_equal(fake.map_count, 0);
}

#define HUB_TEST(test, setup) \
	cmocka_unit_test_setup_teardown(test, setup, exchange_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HUB_TEST(registration_is_acknowledged, plain_hub),
		HUB_TEST(registered_client_gets_multicast, plain_hub),
		HUB_TEST(reload_leaves_clients_alone, hub_with_multicast),
		HUB_TEST(registration_destinations, plain_hub),
		HUB_TEST(refresh_is_not_a_conflict, plain_hub),
		HUB_TEST(unique_address_is_kept, plain_hub),
		HUB_TEST(unique_registration_is_of_one_address, plain_hub),
		HUB_TEST(address_that_is_not_unique_may_move, plain_hub),
		HUB_TEST(addresses_nobody_may_register, hub_with_map),
		HUB_TEST(client_is_where_its_packets_come_from, plain_hub),
		HUB_TEST(client_behind_nat_learns_its_address, plain_hub),
		HUB_TEST(client_of_another_server_is_not_behind_nat,
			 hub_with_map),
		HUB_TEST(table_that_is_full, plain_hub),
		HUB_TEST(unknown_address_is_refused_at_once, plain_hub),
		HUB_TEST(request_is_forwarded_along_the_route, plain_hub),
		HUB_TEST(first_server_notes_nat, plain_hub),
		HUB_TEST(reply_is_forwarded_to_the_requester, plain_hub),
		HUB_TEST(egress_answers_with_its_prefix, plain_hub),
		HUB_TEST(requester_is_admitted_before_the_answer, plain_hub),
		HUB_TEST(looped_reply_draws_an_error, plain_hub),
		HUB_TEST(loop_draws_an_error, plain_hub),
		HUB_TEST(hop_count_is_not_exceeded, plain_hub),
		HUB_TEST(unknown_compulsory_extension, plain_hub),
		HUB_TEST(unknown_extension_comes_back, plain_hub),
		HUB_TEST(errors_draw_no_errors, plain_hub),
		HUB_TEST(broken_packet_draws_one_error, plain_hub),
		HUB_TEST(authentication_is_required, secret_hub),
		HUB_TEST(authentication_is_not_passed_on_twice, secret_hub),
		HUB_TEST(purge_of_its_owner_is_honoured, plain_hub),
		HUB_TEST(purge_of_a_stranger_is_not, plain_hub),
		HUB_TEST(purge_that_wants_no_reply, plain_hub),
		HUB_TEST(purge_for_a_node_that_is_not_there, plain_hub),
		HUB_TEST(purge_reaches_whom_it_was_told, plain_hub),
		HUB_TEST(answers_are_checked_when_events_are_lost, plain_hub),
		HUB_TEST(hairpin_is_indicated_to_its_source, plain_hub),
		HUB_TEST(stray_replies, plain_hub),
	};

	return cmocka_run_group_tests_name("hub", tests, NULL, NULL);
}
