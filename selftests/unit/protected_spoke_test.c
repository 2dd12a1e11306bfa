// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd as a spoke among nodes with certificates: whom it believes what.
 */
#include <string.h>

#include "config.h"
#include "exchange.h"
#include "fake_session.h"
#include "nhc.h"
#include "peer.h"
#include "resolve.h"
#include "test.h"

#define PROTECTION "protection native\npsk file psk\n"
#define HUB2 "9.0.0.254"
#define HUB2_NBMA "9.1.1.26"

static struct interface *interface;
static struct session *hub;
static struct nhrp_packet in;

static const struct certificate *hub_certificate(void)
{
	return fake_certificate("hub", HUB, "10.1.0.0", 24);
}

static const struct certificate *spoke2_certificate(void)
{
	return fake_certificate("spoke-2", SPOKE2, "10.0.65.0", 24);
}

static struct session *session_at(const char *text, uint16_t port)
{
	struct nhrp_address nbma = fake_address(text);
	struct session *session = session_find_address(interface, &nbma, port);

	assert_non_null(session);
	return session;
}

static int start_spoke(const char *settings)
{
	char text[512];

	memset(&fake_exchange, 0, sizeof(fake_exchange));
	snprintf(text, sizeof(text), PROTECTION "%s", settings);
	exchange_spoke(text);
	interface = exchange_interface();
	hub = session_at(HUB_NBMA, 2332);
	return 0;
}

static int protected_spoke(void **state)
{
	(void)state;
	return start_spoke("");
}

static int spoke_of_two(void **state)
{
	(void)state;
	return start_spoke("nhs " HUB2 " nbma " HUB2_NBMA " priority 10\n");
}

/* Answers the registration in `out`. */
static void hub_accepts(const struct session *session, const char *protocol)
{
	nhrp_packet_init_reply(&in, &out);
	in.destination_protocol = fake_address(protocol);
	exchange_receive_by(&in, session);
}

static int registered_spoke(void **state)
{
	protected_spoke(state);
	assert_true(fake_up(hub, "hub", hub_certificate()));
	exchange_wait();
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, hub);
	hub_accepts(hub, HUB);
	assert_int_equal(interface->nhcs->state, NHC_REGISTERED);
	return 0;
}

static void assert_refused(unsigned int times)
{
	assert_int_equal(interface->traffic.drops[TRAFFIC_DROP_AUTHORITY],
			 times);
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

/* ---- servers ---- */

static void registers_when_there_are_keys(void **state)
{
	(void)state;
	assert_int_equal(interface->nhcs->state, NHC_KEYING);
	assert_mapped_by(HUB, hub);
	exchange_pass(5000);
	exchange_silent();
	assert_true(fake_up(hub, "hub", hub_certificate()));
	exchange_pass(300);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, hub);
	hub_accepts(hub, HUB);
	assert_int_equal(interface->nhcs->state, NHC_REGISTERED);
}

static void begins_anew_when_the_session_is_lost(void **state)
{
	(void)state;
	session_down(hub, "silent");
	assert_int_equal(interface->nhcs->state, NHC_KEYING);
	exchange_pass(1000);
	assert_int_equal(hub->state, SESSION_STARTING);
	assert_true(fake_up(hub, "hub", hub_certificate()));
	exchange_pass(300);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, hub);
}

static void another_server_has_its_turn(void **state)
{
	struct session *second;

	(void)state;
	assert_int_equal(interface->nhcs->next->state, NHC_STANDBY);
	session_down(hub, "no answer");
	second = session_at(HUB2_NBMA, 2332);
	assert_int_equal(interface->nhcs->next->state, NHC_KEYING);
	assert_true(fake_up(second, "hub-2",
			    fake_certificate("hub-2", HUB2, NULL, 0)));
	exchange_pass(300);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, second);
	hub_accepts(second, HUB2);
	exchange_pass(2000);
	assert_true(fake_up(hub, "hub", hub_certificate()));
	exchange_pass(300);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, hub);
	hub_accepts(hub, HUB);
	assert_int_equal(interface->nhcs->next->state, NHC_STANDBY);
	assert_int_equal(second->users, 0);
}

static void false_server_is_refused(void **state)
{
	(void)state;
	assert_false(fake_up(hub, "spoke-2", spoke2_certificate()));
	assert_int_equal(interface->nhcs->state, NHC_KEYING);
	assert_int_equal(hub->state, SESSION_IDLE);
	assert_null(hub->certificate);
	assert_refused(1);
	exchange_pass(500);
	exchange_silent();
}

static int spoke_of_dynamic(void **state)
{
	(void)state;
	return start_spoke("nhs dynamic nbma " HUB2_NBMA "\n");
}

static void dynamic_server_must_be_covered(void **state)
{
	struct session *dynamic = session_at(HUB2_NBMA, 2332);
	struct nhc *nhc = interface->nhcs->next;

	(void)state;
	assert_true(fake_up(dynamic, "hub-2",
			    fake_certificate("hub-2", HUB2, NULL, 0)));
	exchange_pass(300);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, dynamic);
	hub_accepts(dynamic, "9.0.0.253");
	assert_int_equal(nhc->state, NHC_REFUSED);
	assert_mapped("9.0.0.253", NULL);
	assert_refused(1);
	exchange_pass(30000);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, dynamic);
	hub_accepts(dynamic, HUB2);
	assert_int_equal(nhc->state, NHC_REGISTERED);
	assert_mapped_by(HUB2, dynamic);
}

/* ---- asking ---- */

static void indicate(const struct session *session, const char *server)
{
	struct nhrp_address addresses[] = {
		session->nbma, fake_address(server), fake_address("10.0.64.9"),
	};
	uint8_t ip[64] = { 0x45, 0, 0, 64, [8] = 64, 1, [12] = 10, 0, 64, 9,
			   10, 0, 65, 9 };

	nhrp_packet_init(&in, NHRP_TRAFFIC_INDICATION, &addresses[0],
			 &addresses[1], &addresses[2]);
	in.payload = ip;
	in.payload_length = sizeof(ip);
	exchange_receive_by(&in, session);
}

static void only_servers_redirect(void **state)
{
	struct session *spoke2 = fake_call(interface, SPOKE2_NBMA, 2332,
					   "spoke-2", spoke2_certificate());

	(void)state;
	indicate(spoke2, SPOKE2);
	indicate(spoke2, HUB);
	exchange_silent();
	assert_int_equal(interface->traffic.drops[TRAFFIC_DROP_POLICY], 2);
	indicate(hub, SPOKE2);
	exchange_silent();
	assert_refused(1);
	indicate(hub, HUB);
	exchange_sent_by(NHRP_RESOLUTION_REQUEST, hub);
}

/*
 * The answer to what is in `out`: 10.0.65.0/24 is by way of spoke 2 at @nbma,
 * and at @real and @port behind NAT.
 */
static void answer(const struct session *session, const char *nbma,
		   const char *real, uint16_t port)
{
	struct nhrp_address spoke2 = fake_address(SPOKE2);
	struct nhrp_address address = fake_address(nbma);
	struct nhrp_cie cie;

	nhrp_packet_init_reply(&in, &out);
	nhrp_cie_init(nhrp_packet_add_cie(&in), &address, &spoke2, 24);
	in.cies[0].holding_time = 300;
	if (real) {
		address = fake_address(real);
		nhrp_cie_init(&cie, &address, &spoke2, 32);
		cie.port = port;
		nhrp_extension_add_cie(nhrp_extension_find(&in,
					NHRP_EXTENSION_NAT_ADDRESS), &cie);
	}
	exchange_receive_by(&in, session);
}

static void ask(void)
{
	indicate(hub, HUB);
	exchange_sent_by(NHRP_RESOLUTION_REQUEST, hub);
}

static void relayed_answer_is_proven_later(void **state)
{
	struct session *spoke2;

	(void)state;
	ask();
	answer(hub, SPOKE2_NBMA, NULL, 0);
	spoke2 = session_at(SPOKE2_NBMA, 2332);
	assert_int_equal(spoke2->state, SESSION_STARTING);
	assert_mapped_by(SPOKE2, spoke2);
	assert_non_null(fake_find_route("10.0.65.0", 24));
	assert_true(fake_up(spoke2, "spoke-2", spoke2_certificate()));
	assert_mapped_by(SPOKE2, spoke2);
	assert_non_null(fake_find_route("10.0.65.0", 24));
	assert_refused(0);
}

/* Who answers a key exchange may have the keys before who asked. */
static void data_waits_until_the_other_has_the_keys(void **state)
{
	struct session *spoke2;
	struct endpoint endpoint;
	struct peer *peer;

	(void)state;
	fake_ops.unconfirmed = true;
	ask();
	answer(hub, SPOKE2_NBMA, NULL, 0);
	spoke2 = session_at(SPOKE2_NBMA, 2332);
	endpoint = session_endpoint(spoke2);
	peer = peer_find(interface, &endpoint);
	exchange_pass(5000);
	assert_false(peer->wanted);
	assert_true(fake_up(spoke2, "spoke-2", spoke2_certificate()));
	exchange_pass(900);
	assert_false(peer->wanted);
	exchange_pass(200);
	assert_true(peer->wanted);
	fake_ops.unconfirmed = false;
}

static void node_behind_nat_is_called_at_its_port(void **state)
{
	(void)state;
	ask();
	answer(hub, "192.168.1.2", "9.1.1.200", 40002);
	assert_mapped_by(SPOKE2, session_at("9.1.1.200", 40002));
}

/* A hub that is not honest, or was lied to. */
static void impostor_is_refused(void **state)
{
	struct nhrp_address destination = fake_address("10.0.65.9");
	struct session *impostor;
	struct resolution *refusal;

	(void)state;
	ask();
	answer(hub, "9.1.1.77", NULL, 0);
	impostor = session_at("9.1.1.77", 2332);
	assert_true(fake_up(impostor, "spoke-3",
			    fake_certificate("spoke-3", "9.0.0.4",
					     "10.0.66.0", 24)));
	assert_mapped(SPOKE2, NULL);
	assert_null(fake_find_route("10.0.65.0", 24));
	refusal = resolve_find(interface, &destination);
	assert_non_null(refusal);
	assert_int_equal(refusal->state, RESOLUTION_NEGATIVE);
	assert_int_equal(refusal->code, NHRP_CODE_PROHIBITED);
	indicate(hub, HUB);
	exchange_silent();
}

/* Its address is its own, the network behind it is not. */
static void network_of_another_is_refused(void **state)
{
	struct session *spoke2;

	(void)state;
	ask();
	answer(hub, SPOKE2_NBMA, NULL, 0);
	spoke2 = session_at(SPOKE2_NBMA, 2332);
	assert_true(fake_up(spoke2, "spoke-2",
			    fake_certificate("spoke-2", SPOKE2, "10.0.65.0",
					     25)));
	assert_mapped_by(SPOKE2, spoke2);
	assert_null(fake_find_route("10.0.65.0", 24));
	assert_refused(1);
}

static void forged_answer_is_refused(void **state)
{
	struct session *spoke3 =
		fake_call(interface, "9.1.1.77", 2332, "spoke-3",
			  fake_certificate("spoke-3", "9.0.0.4", NULL, 0));

	(void)state;
	ask();
	answer(spoke3, SPOKE2_NBMA, NULL, 0);
	assert_mapped(SPOKE2, NULL);
	assert_null(fake_find_route("10.0.65.0", 24));
	assert_refused(1);
}

/* What was proven is not moved by what is only said. */
static void proven_binding_stays(void **state)
{
	struct session *spoke2, *other;

	(void)state;
	ask();
	answer(hub, SPOKE2_NBMA, NULL, 0);
	spoke2 = session_at(SPOKE2_NBMA, 2332);
	assert_true(fake_up(spoke2, "spoke-2", spoke2_certificate()));
	resolve_start(interface, &(struct nhrp_address){ 4, { 10, 0, 65, 9 } },
		      true);
	exchange_sent_by(NHRP_RESOLUTION_REQUEST, spoke2);
	answer(hub, "9.1.1.135", NULL, 0);
	assert_mapped_by(SPOKE2, spoke2);
	assert_refused(1);
	other = session_at("9.1.1.135", 2332);
	assert_true(fake_up(other, "spoke-2", spoke2_certificate()));
	answer(hub, "9.1.1.135", NULL, 0);
	assert_mapped_by(SPOKE2, other);
}

static void purge_from_a_stranger_is_refused(void **state)
{
	struct session *spoke2, *spoke3;

	(void)state;
	ask();
	answer(hub, SPOKE2_NBMA, NULL, 0);
	spoke2 = session_at(SPOKE2_NBMA, 2332);
	assert_true(fake_up(spoke2, "spoke-2", spoke2_certificate()));
	spoke3 = fake_call(interface, "9.1.1.77", 2332, "spoke-3",
			   fake_certificate("spoke-3", "9.0.0.4", NULL, 0));
	exchange_request(&in, NHRP_PURGE_REQUEST, SPOKE2_NBMA, SPOKE2, SPOKE1);
	in.cies[0].protocol = fake_address("10.0.65.0");
	in.cies[0].prefix_length = 24;
	exchange_receive_by(&in, spoke3);
	exchange_silent();
	assert_non_null(fake_find_route("10.0.65.0", 24));
	assert_refused(1);
	exchange_receive_by(&in, spoke2);
	exchange_sent_by(NHRP_PURGE_REPLY, spoke2);
	assert_null(fake_find_route("10.0.65.0", 24));
}

/* ---- answering ---- */

/* Spoke 2 asks, by way of the hub, for what is behind us. */
static void spoke2_asks(const char *real, uint16_t port, uint32_t request_id)
{
	struct nhrp_address server = fake_address(HUB);
	struct nhrp_address spoke2 = fake_address(SPOKE2);
	struct nhrp_address nbma = fake_address(real);
	struct nhrp_cie cie;

	exchange_request(&in, NHRP_RESOLUTION_REQUEST, SPOKE2_NBMA, SPOKE2,
			 "10.0.64.9");
	in.request_id = request_id;
	nhrp_cie_init(&cie, NULL, &server, 32);
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_FORWARD_TRANSIT), &cie);
	nhrp_cie_init(&cie, &nbma, &spoke2, 32);
	cie.port = port;
	nhrp_extension_add_cie(nhrp_extension_find(&in,
				NHRP_EXTENSION_NAT_ADDRESS), &cie);
	exchange_receive_by(&in, hub);
}

static void requester_is_called_and_answered_by_the_server(void **state)
{
	struct session *spoke2;

	(void)state;
	spoke2_asks("9.1.1.200", 40002, 1);
	exchange_sent_by(NHRP_RESOLUTION_REPLY, hub);
	assert_int_equal(out.cies[0].code, NHRP_CODE_SUCCESS);
	spoke2 = session_at("9.1.1.200", 40002);
	assert_int_equal(spoke2->state, SESSION_STARTING);
	assert_mapped_by(SPOKE2, spoke2);
	assert_true(fake_up(spoke2, "spoke-2", spoke2_certificate()));
	assert_mapped_by(SPOKE2, spoke2);
	spoke2_asks("9.1.1.200", 40002, 2);
	exchange_sent_by(NHRP_RESOLUTION_REPLY, spoke2);
	spoke2_asks("9.1.1.200", 40002, 2);
	exchange_sent_by(NHRP_RESOLUTION_REPLY, hub);
}

static void false_requester_is_forgotten(void **state)
{
	struct session *impostor;

	(void)state;
	spoke2_asks("9.1.1.77", 0, 1);
	exchange_sent_by(NHRP_RESOLUTION_REPLY, hub);
	impostor = session_at("9.1.1.77", 2332);
	assert_true(fake_up(impostor, "spoke-3",
			    fake_certificate("spoke-3", "9.0.0.4", NULL, 0)));
	assert_mapped(SPOKE2, NULL);
	spoke2_asks("9.1.1.77", 0, 1);
	exchange_sent_by(NHRP_RESOLUTION_REPLY, hub);
	assert_int_equal(out.cies[0].code, NHRP_CODE_PROHIBITED);
	assert_refused(2);
}

/* ---- restart ---- */

static void sessions_are_taken_over(void **state)
{
	struct config_error error;
	struct config *config;
	uint32_t if_id = hub->if_id;
	uv_loop_t *loop = node.loop;
	static const char text[] =
		"interface mgre0\nnetwork-id 1\nholdtime 300\n"
		"nhs " HUB " nbma " HUB_NBMA "\n" PROTECTION;

	(void)state;
	ask();
	answer(hub, SPOKE2_NBMA, NULL, 0);
	fake.peers[1].peer.port = 2332;
	daemon_stop(&node);
	memset(&node, 0, sizeof(node));
	memset(&fake_exchange, 0, sizeof(fake_exchange));
	node.loop = loop;
	config = config_parse("test", text, strlen(text), &error);
	assert_int_equal(daemon_start(&node, config), 0);
	interface = exchange_interface();
	hub = session_at(HUB_NBMA, 2332);
	assert_int_equal(hub->if_id, if_id);
	assert_int_equal(fake_exchange.adopted, 2);
	assert_int_equal(fake_exchange.started, 0);
	assert_int_equal(interface->nhcs->state, NHC_KEYING);
	assert_true(fake_up(hub, "hub", hub_certificate()));
	exchange_pass(300);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, hub);
	assert_true(fake_up(session_at(SPOKE2_NBMA, 2332), "spoke-2",
			    spoke2_certificate()));
	assert_mapped_by(SPOKE2, session_at(SPOKE2_NBMA, 2332));
}

#define test_of(test, setup) \
	cmocka_unit_test_setup_teardown(test, setup, exchange_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_of(registers_when_there_are_keys, protected_spoke),
		test_of(begins_anew_when_the_session_is_lost,
			registered_spoke),
		test_of(another_server_has_its_turn, spoke_of_two),
		test_of(false_server_is_refused, protected_spoke),
		test_of(dynamic_server_must_be_covered, spoke_of_dynamic),
		test_of(only_servers_redirect, registered_spoke),
		test_of(relayed_answer_is_proven_later, registered_spoke),
		test_of(data_waits_until_the_other_has_the_keys,
			registered_spoke),
		test_of(node_behind_nat_is_called_at_its_port,
			registered_spoke),
		test_of(impostor_is_refused, registered_spoke),
		test_of(network_of_another_is_refused, registered_spoke),
		test_of(forged_answer_is_refused, registered_spoke),
		test_of(proven_binding_stays, registered_spoke),
		test_of(purge_from_a_stranger_is_refused, registered_spoke),
		test_of(requester_is_called_and_answered_by_the_server,
			registered_spoke),
		test_of(false_requester_is_forgotten, registered_spoke),
		test_of(sessions_are_taken_over, registered_spoke),
	};

	return cmocka_run_group_tests_name("protected_spoke", tests, NULL,
					   NULL);
}
