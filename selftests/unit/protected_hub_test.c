// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd as a hub whose spokes have certificates: what each may say.
 */
#include <string.h>

#include "config.h"
#include "exchange.h"
#include "fake_session.h"
#include "peer.h"
#include "test.h"

#define PROTECTION "protection native\npsk file psk\n"

static struct interface *interface;
static struct session *spoke1, *spoke2;
static struct nhrp_packet in;

static const struct certificate *certificate1(void)
{
	return fake_certificate("spoke-1", SPOKE1, "10.0.64.0", 24);
}

static const struct certificate *certificate2(void)
{
	return fake_certificate("spoke-2", SPOKE2, "10.0.65.0", 24);
}

static int protected_hub(void **state)
{
	(void)state;
	memset(&fake_exchange, 0, sizeof(fake_exchange));
	exchange_hub(PROTECTION);
	interface = exchange_interface();
	spoke1 = fake_call(interface, SPOKE1_NBMA, 2332, "spoke-1",
			   certificate1());
	spoke2 = fake_call(interface, SPOKE2_NBMA, 2332, "spoke-2",
			   certificate2());
	return 0;
}

static void assert_mapped_by(const char *protocol,
			     const struct session *session)
{
	struct nhrp_address address = fake_address(protocol);
	struct endpoint endpoint = session_endpoint(session);
	const struct mgre_map *map = fake_find_map(DEVICE, &address);

	assert_non_null(map);
	assert_true(endpoint_equal(&map->endpoint, &endpoint));
}

static void assert_refused(unsigned int times)
{
	assert_int_equal(interface->traffic.drops[TRAFFIC_DROP_AUTHORITY],
			 times);
}

/* The code that a registration of @protocol by @session gets. */
static uint8_t registers(const struct session *session, const char *protocol)
{
	exchange_request(&in, NHRP_REGISTRATION_REQUEST, SPOKE1_NBMA, protocol,
			 HUB);
	in.flags = NHRP_REGISTRATION_UNIQUE | NHRP_FLAG_NAT;
	exchange_receive_by(&in, session);
	exchange_sent_by(NHRP_REGISTRATION_REPLY, session);
	return out.cies[0].code;
}

static void own_address_is_registered(void **state)
{
	(void)state;
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	assert_mapped_by(SPOKE1, spoke1);
	assert_int_equal(spoke1->users, 1);
	assert_refused(0);
}

static void address_of_another_is_refused(void **state)
{
	(void)state;
	assert_int_equal(registers(spoke2, SPOKE1), NHRP_CODE_PROHIBITED);
	assert_int_equal(registers(spoke2, HUB), NHRP_CODE_PROHIBITED);
	assert_mapped(SPOKE1, NULL);
	assert_refused(2);
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	assert_int_equal(registers(spoke2, SPOKE1), NHRP_CODE_PROHIBITED);
	assert_refused(3);
	assert_mapped_by(SPOKE1, spoke1);
}

static void what_came_without_session_is_not_heard(void **state)
{
	uint64_t *drops = &interface->traffic.drops[TRAFFIC_DROP_UNPROTECTED];
	struct nhrp_address nbma = fake_address("9.1.1.77");
	struct session *stranger;

	(void)state;
	exchange_request(&in, NHRP_REGISTRATION_REQUEST, SPOKE1_NBMA, SPOKE1,
			 HUB);
	exchange_receive(&in, SPOKE1_NBMA);
	assert_int_equal(*drops, 1);
	stranger = session_add(interface, &nbma, 2332, 0);
	exchange_receive_by(&in, stranger);
	assert_int_equal(*drops, 2);
	exchange_silent();
	assert_mapped(SPOKE1, NULL);
}

static void node_that_moved_keeps_its_address(void **state)
{
	struct session *elsewhere;

	(void)state;
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	elsewhere = fake_call(interface, "9.1.1.131", 2332, "spoke-1",
			      certificate1());
	assert_int_equal(registers(elsewhere, SPOKE1), NHRP_CODE_SUCCESS);
	assert_mapped_by(SPOKE1, elsewhere);
	assert_int_equal(spoke1->users, 0);
	assert_int_equal(elsewhere->users, 1);
}

/* Two certificates for one address: the first has it while it is there. */
static void unique_address_is_kept(void **state)
{
	struct session *other =
		fake_call(interface, "9.1.1.131", 2332, "other",
			  fake_certificate("other", SPOKE1, NULL, 0));

	(void)state;
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	assert_int_equal(registers(other, SPOKE1),
			 NHRP_CODE_ALREADY_REGISTERED);
	session_down(spoke1, "silent");
	assert_int_equal(registers(other, SPOKE1), NHRP_CODE_SUCCESS);
	assert_mapped_by(SPOKE1, other);
}

static void session_takes_its_peer_along(void **state)
{
	struct nhrp_address nbma = fake_address("9.1.1.131");

	(void)state;
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	session_moved(spoke1, &nbma, 40000);
	assert_mapped(SPOKE1, "9.1.1.131");
	assert_mapped_by(SPOKE1, spoke1);
	assert_int_equal(fake.peer_count, 1);
	assert_true(fake.peers[0].peer.flags & MGRE_PEER_FLAGS_MULTICAST);
	assert_true(fake.peers[0].peer.flags & MGRE_PEER_FLAGS_TRANSIENT);
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	assert_int_equal(HASH_COUNT(interface->peers), 1);
}

/* Behind one address, the port tells them apart, and others are told it. */
static void two_clients_behind_one_address(void **state)
{
	struct session *a = fake_call(interface, "9.1.1.200", 40001, "spoke-1",
				      certificate1());
	struct session *b = fake_call(interface, "9.1.1.200", 40002, "spoke-2",
				      certificate2());
	const struct nhrp_cie *nat;

	(void)state;
	assert_int_equal(registers(a, SPOKE1), NHRP_CODE_SUCCESS);
	nat = nhrp_extension_find(&out, NHRP_EXTENSION_NAT_ADDRESS)->cies;
	assert_address(&nat->nbma, "9.1.1.200");
	assert_int_equal(nat->port, 40001);
	assert_int_equal(registers(b, SPOKE2), NHRP_CODE_SUCCESS);
	assert_mapped_by(SPOKE1, a);
	assert_mapped_by(SPOKE2, b);
	assert_int_equal(fake.peer_count, 2);
	assert_int_equal(registers(b, SPOKE1), NHRP_CODE_PROHIBITED);

	exchange_request(&in, NHRP_RESOLUTION_REQUEST, "10.9.9.9", SPOKE1,
			 "10.0.65.9");
	exchange_receive_by(&in, a);
	exchange_sent_by(NHRP_RESOLUTION_REQUEST, b);
	nat = nhrp_extension_find(&out, NHRP_EXTENSION_NAT_ADDRESS)->cies;
	assert_address(&nat->nbma, "9.1.1.200");
	assert_address(&nat->protocol, SPOKE1);
	assert_int_equal(nat->port, 40001);
}

/* What a client was told before its NAT forgot it is not passed on. */
static void first_server_knows_where_a_client_is(void **state)
{
	struct session *a = fake_call(interface, "9.1.1.200", 40001, "spoke-1",
				      certificate1());
	struct nhrp_address address = fake_address("9.1.1.200");
	struct nhrp_address protocol = fake_address(SPOKE1);
	const struct nhrp_extension *nat;
	struct nhrp_cie cie;

	(void)state;
	assert_int_equal(registers(a, SPOKE1), NHRP_CODE_SUCCESS);
	assert_int_equal(registers(spoke2, SPOKE2), NHRP_CODE_SUCCESS);
	session_moved(a, &address, 40009);
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, "10.9.9.9", SPOKE1,
			 "10.0.65.9");
	nhrp_cie_init(&cie, &address, &protocol, 32);
	cie.port = 40001;
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_NAT_ADDRESS), &cie);
	exchange_receive_by(&in, a);
	exchange_sent_by(NHRP_RESOLUTION_REQUEST, spoke2);
	nat = nhrp_extension_find(&out, NHRP_EXTENSION_NAT_ADDRESS);
	assert_int_equal(nat->cie_count, 1);
	assert_int_equal(nat->cies[0].port, 40009);
}

static void request_in_anothers_name_goes_nowhere(void **state)
{
	(void)state;
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	exchange_request(&in, NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA, SPOKE1,
			 "10.1.0.9");
	exchange_receive_by(&in, spoke2);
	exchange_sent_by(NHRP_RESOLUTION_REPLY, spoke2);
	assert_int_equal(out.cies[0].code, NHRP_CODE_PROHIBITED);
	in.destination_protocol = fake_address("10.0.64.9");
	exchange_receive_by(&in, spoke2);
	exchange_sent_by(NHRP_RESOLUTION_REPLY, spoke2);
	exchange_silent();
	assert_mapped_by(SPOKE1, spoke1);
	assert_refused(2);
}

static void purge_by(const struct session *session, const char *prefix,
		     uint8_t length, const char *destination)
{
	exchange_request(&in, NHRP_PURGE_REQUEST, SPOKE2_NBMA, SPOKE2,
			 destination);
	in.cies[0].protocol = fake_address(prefix);
	in.cies[0].prefix_length = length;
	exchange_receive_by(&in, session);
}

static void purge_of_anothers_is_refused(void **state)
{
	(void)state;
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	purge_by(spoke2, SPOKE1, 32, HUB);
	purge_by(spoke2, "9.0.0.0", 24, HUB);
	purge_by(spoke2, "10.0.64.0", 24, SPOKE1);
	exchange_silent();
	assert_mapped_by(SPOKE1, spoke1);
	assert_refused(3);
	purge_by(spoke2, "10.0.65.0", 24, SPOKE1);
	exchange_sent_by(NHRP_PURGE_REQUEST, spoke1);
	purge_by(spoke1, SPOKE1, 32, HUB);
	exchange_sent_by(NHRP_PURGE_REPLY, spoke1);
	assert_mapped(SPOKE1, NULL);
}

/* A registration of before a restart, whose client has lost its address. */
static void binding_is_compared_when_the_session_is_up(void **state)
{
	(void)state;
	assert_int_equal(registers(spoke1, SPOKE1), NHRP_CODE_SUCCESS);
	session_down(spoke1, "silent");
	assert_true(fake_up(spoke1, "spoke-1",
			    fake_certificate("spoke-1", "9.0.0.22", NULL, 0)));
	assert_mapped(SPOKE1, NULL);
	assert_refused(1);
}

static void network_key_alone_covers_all(void **state)
{
	struct session *a = fake_call(interface, "9.1.1.140", 2332, "", NULL);
	struct session *b = fake_call(interface, "9.1.1.141", 2332, "", NULL);

	(void)state;
	assert_int_equal(registers(a, "9.0.0.77"), NHRP_CODE_SUCCESS);
	assert_int_equal(registers(b, "9.0.0.77"),
			 NHRP_CODE_ALREADY_REGISTERED);
	session_down(a, "silent");
	assert_int_equal(registers(b, "9.0.0.77"), NHRP_CODE_SUCCESS);
}

#define hub_test(test) \
	cmocka_unit_test_setup_teardown(test, protected_hub, exchange_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		hub_test(own_address_is_registered),
		hub_test(address_of_another_is_refused),
		hub_test(what_came_without_session_is_not_heard),
		hub_test(node_that_moved_keeps_its_address),
		hub_test(unique_address_is_kept),
		hub_test(session_takes_its_peer_along),
		hub_test(two_clients_behind_one_address),
		hub_test(first_server_knows_where_a_client_is),
		hub_test(request_in_anothers_name_goes_nowhere),
		hub_test(purge_of_anothers_is_refused),
		hub_test(binding_is_compared_when_the_session_is_up),
		hub_test(network_key_alone_covers_all),
	};

	return cmocka_run_group_tests_name("protected_hub", tests, NULL, NULL);
}
