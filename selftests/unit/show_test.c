// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd's state as JSON: names and values that scripts rely on, from state
 * that is made by hand.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>
#include <uv.h>

#include "cache.h"
#include "daemon.h"
#include "interface.h"
#include "nhc.h"
#include "peer.h"
#include "resolve.h"
#include "session.h"
#include "shortcut.h"
#include "show.h"
#include "test.h"

static uv_loop_t loop;
static struct daemon served;
static struct interface hub;
static struct config_interface settings;
static struct peer spoke_peer, nhs_peer;
static struct cache_entry spoke, server;
static struct shortcut lan;
static struct resolution question, refusal, renewal;
static struct nhc nhc;

/* What is not under test. */

void cache_update_used(struct interface *interface)
{
	(void)interface;
}

unsigned int hash_keyed(const void *key, size_t length)
{
	return ((const uint8_t *)key)[length - 1];
}

const char *nhc_state_name(enum nhc_state state)
{
	return state == NHC_REGISTERED ? "registered" : "registering";
}

const char *resolution_state_name(enum resolution_state state)
{
	return state == RESOLUTION_NEGATIVE ? "negative" : "incomplete";
}

const char *interface_state_name(enum interface_state state)
{
	return state == INTERFACE_UP ? "up" : "down";
}

const char *traffic_drop_name(enum traffic_drop reason)
{
	return reason == TRAFFIC_DROP_MALFORMED ? "malformed" : "other";
}

const char *session_state_name(enum session_state state)
{
	return state == SESSION_UP ? "up" : "starting";
}

/* What the key exchange tells. */

static struct session_info keys;

static void tell_info(const struct session *session, struct session_info *info)
{
	(void)session;
	*info = keys;
}

static const struct exchange_ops told = { .info = tell_info };

/* The state. */

static struct nhrp_address address(const char *text)
{
	struct nhrp_address result;

	assert_true(nhrp_address_parse(text, &result));
	return result;
}

static void add_entry(struct cache_entry *entry, struct peer *peer,
		      const char *protocol, enum cache_type type)
{
	uint64_t now = daemon_now(&served);

	memset(entry, 0, sizeof(*entry));
	entry->binding.protocol = address(protocol);
	entry->binding.endpoint = peer->endpoint;
	entry->binding.claimed = peer->endpoint.nbma;
	entry->binding.type = type;
	entry->binding.prefix_length = 32;
	entry->interface = &hub;
	entry->peer = peer;
	entry->created = now - 30 * 1000;
	HASH_ADD(hh, hub.cache, binding.protocol,
		 sizeof(entry->binding.protocol), entry);
}

static void add_question(struct resolution *resolution, const char *text,
			 enum resolution_state state, bool again)
{
	uint64_t now = daemon_now(&served);

	memset(resolution, 0, sizeof(*resolution));
	resolution->destination = address(text);
	resolution->interface = &hub;
	resolution->state = state;
	resolution->renewal = again;
	resolution->tries = 2;
	resolution->code = state == RESOLUTION_NEGATIVE ? 12 : 0;
	resolution->created = now - 3000;
	resolution->expires = now + 27000;
	HASH_ADD(hh, hub.resolutions, destination,
		 sizeof(resolution->destination), resolution);
}

static int start(void **state)
{
	uint64_t now;

	(void)state;
	memset(&served, 0, sizeof(served));
	memset(&hub, 0, sizeof(hub));
	served.loop = &loop;
	now = daemon_now(&served);
	strcpy(hub.name, "mgre0");
	hub.daemon = &served;
	hub.state = INTERFACE_UP;
	hub.nbma = address("9.1.1.10");
	memset(&settings, 0, sizeof(settings));
	hub.config = &settings;
	hub.addresses[0].address = address("9.0.0.1");
	hub.address_count = 1;
	hub.traffic.rx[NHRP_REGISTRATION_REQUEST] = 7;
	hub.traffic.tx[NHRP_REGISTRATION_REPLY] = 6;
	hub.traffic.drops[TRAFFIC_DROP_MALFORMED] = 1;
	hub.traffic.lost = 3;
	HASH_ADD_STR(served.interfaces, name, &hub);
	spoke_peer = (struct peer){
		.endpoint.nbma = address("9.1.1.130"), .up = true,
	};
	nhs_peer = (struct peer){
		.endpoint.nbma = address("9.1.1.26"), .up = true,
	};
	add_entry(&spoke, &spoke_peer, "9.0.0.2", CACHE_REGISTERED);
	spoke.expires = now + 271500;
	spoke.used = now - 500;
	spoke.binding.flags = CACHE_UNIQUE;
	spoke.binding.holding_time = 300;
	spoke.binding.mtu = 1400;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	HASH_CLEAR(hh, hub.cache);
	HASH_CLEAR(hh, hub.resolutions);
	HASH_CLEAR(hh, hub.shortcuts);
	HASH_CLEAR(hh, served.interfaces);
	return 0;
}

/* @json is compared as a value: order and white space do not count. */
static void expect(struct json_object *got, const char *json)
{
	struct json_object *wanted = json_tokener_parse(json);

	assert_non_null(wanted);
	if (!json_object_equal(got, wanted))
		fail_msg("%s", json_object_to_json_string_ext(
				 got, JSON_C_TO_STRING_PLAIN |
				 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(got);
	json_object_put(wanted);
}

#define SPOKE \
	"\"interface\":\"mgre0\",\"type\":\"dynamic\"," \
	"\"protocol\":\"9.0.0.2\",\"prefix\":\"9.0.0.2/32\"," \
	"\"nbma\":\"9.1.1.130\",\"claimed_nbma\":\"9.1.1.130\",\"identity\":null,\"up\":true," \
	"\"used\":true,\"timeout\":true,\"created\":30,\"expires\":272," \
	"\"last_used\":0,\"holding_time\":300,\"mtu\":1400," \
	"\"flags\":[\"authoritative\",\"unique\",\"registered\",\"used\"]"

static void a_registered_client(void **state)
{
	(void)state;
	expect(show_cache(&served, SHOW_BOTH), "[{" SPOKE "}]");
	expect(show_cache(&served, SHOW_IPV4), "[{" SPOKE "}]");
	expect(show_cache(&served, SHOW_IPV6), "[]");
}

static void a_client_behind_nat(void **state)
{
	struct json_object *array, *value;

	(void)state;
	spoke.binding.claimed = address("192.168.0.2");
	spoke.binding.flags = CACHE_NAT;
	spoke.used = daemon_now(&served) - 60001;
	array = show_cache(&served, SHOW_BOTH);
	value = json_object_array_get_idx(array, 0);
	assert_string_equal(json_object_get_string(json_object_object_get(
				    value, "claimed_nbma")), "192.168.0.2");
	assert_string_equal(json_object_to_json_string_ext(
				    json_object_object_get(value, "flags"),
				    JSON_C_TO_STRING_PLAIN),
			    "[\"authoritative\",\"registered\",\"nat\"]");
	json_object_put(array);
}

static void questions_and_refusals(void **state)
{
	(void)state;
	add_question(&refusal, "9.0.0.5", RESOLUTION_NEGATIVE, false);
	add_question(&question, "9.0.0.4", RESOLUTION_INCOMPLETE, false);
	add_question(&renewal, "9.0.0.2", RESOLUTION_INCOMPLETE, true);
	expect(show_cache(&served, SHOW_IPV4),
	       "[{" SPOKE "},{\"interface\":\"mgre0\","
	       "\"type\":\"incomplete\",\"protocol\":\"9.0.0.4\","
	       "\"prefix\":\"9.0.0.4/32\",\"nbma\":null,\"used\":false,"
	       "\"timeout\":true,\"created\":3,\"expires\":27,"
	       "\"requests_sent\":2,\"code\":0,\"flags\":[]},"
	       "{\"interface\":\"mgre0\",\"type\":\"negative\","
	       "\"protocol\":\"9.0.0.5\",\"prefix\":\"9.0.0.5/32\","
	       "\"nbma\":null,\"used\":false,\"timeout\":true,\"created\":3,"
	       "\"expires\":27,\"requests_sent\":2,\"code\":12,"
	       "\"flags\":[\"negative\"]}]");
}

#define LAN \
	"\"interface\":\"mgre0\",\"type\":\"dynamic\"," \
	"\"prefix\":\"10.0.64.0/24\",\"via\":\"9.0.0.2\"," \
	"\"protocol\":\"9.0.0.2\",\"nbma\":\"9.1.1.130\"," \
	"\"claimed_nbma\":\"9.1.1.130\",\"identity\":null," \
	"\"timeout\":true,\"created\":10," \
	"\"expires\":290,\"flags\":[\"router\",\"used\",\"rib\"]"

static void add_lan(void)
{
	uint64_t now = daemon_now(&served);
	struct nhrp_address inside = address("10.0.64.7");

	memset(&lan, 0, sizeof(lan));
	nhrp_prefix_of(&inside, 24, &lan.prefix);
	lan.interface = &hub;
	lan.via = &spoke;
	lan.created = now - 10000;
	lan.expires = now + 290000;
	HASH_ADD(hh, hub.shortcuts, prefix, sizeof(lan.prefix), &lan);
}

static void shortcuts(void **state)
{
	(void)state;
	add_lan();
	expect(show_shortcut(&served, SHOW_BOTH), "[{" LAN "}]");
	expect(show_shortcut(&served, SHOW_IPV6), "[]");
	expect(show_nhrp(&served, SHOW_IPV4), "[{" SPOKE "},{" LAN "}]");
	expect(show_cache(&served, SHOW_IPV4), "[{" SPOKE "}]");
}

/* The interface also registers with a server, which does not answer. */
static void add_server(void)
{
	add_entry(&server, &nhs_peer, "9.0.0.254", CACHE_NHS);
	memset(&nhc, 0, sizeof(nhc));
	nhc.interface = &hub;
	nhc.state = NHC_REGISTERING;
	nhc.protocol = address("9.0.0.254");
	nhc.nbma = address("9.1.1.26");
	strcpy(nhc.config.nbma_name, "hub2.example.net");
	nhc.config.family = AF_INET;
	nhc.config.priority = 10;
	nhc.sent = 4;
	nhc.changed = daemon_now(&served) - 9000;
	DL_APPEND(hub.nhcs, &nhc);
}

#define SERVER \
	"{\"interface\":\"mgre0\",\"protocol\":\"9.0.0.254\"," \
	"\"nbma\":\"9.1.1.26\",\"claimed_nbma\":null," \
	"\"observed_nbma\":null,\"observed_port\":null,\"fqdn\":\"hub2.example.net\"," \
	"\"state\":\"registering\",\"since\":9,\"priority\":10," \
	"\"requests_sent\":4,\"requests_failed\":0," \
	"\"replies_received\":0,\"last_reply\":null,\"code\":0}"

static void next_hop_servers(void **state)
{
	(void)state;
	expect(show_nhs(&served, SHOW_BOTH), "[]");
	add_server();
	expect(show_nhs(&served, SHOW_IPV4), "[" SERVER "]");
	expect(show_nhs(&served, SHOW_IPV6), "[]");
}

#define INTERFACE \
	"\"interface\":\"mgre0\",\"family\":\"ipv4\",\"up\":true," \
	"\"state\":\"up\",\"reason\":null,\"address\":\"9.0.0.1\"," \
	"\"source\":\"9.1.1.10\",\"destination\":null,\"protection\":null,"

static void the_table_of_a_hub(void **state)
{
	(void)state;
	add_lan();
	expect(show_dmvpn(&served, SHOW_BOTH),
	       "[{" INTERFACE "\"type\":\"hub\",\"nbma_peers\":1,\"nhs\":[],"
	       "\"peers\":[{" SPOKE ",\"state\":\"UP\",\"updown\":30,"
	       "\"attributes\":[\"D\"],\"entries\":2},{" LAN ","
	       "\"state\":\"UP\",\"updown\":10,\"attributes\":[\"D\",\"T1\"],"
	       "\"entries\":2}]}]");
}

static void the_table_of_a_hub_that_registers(void **state)
{
	(void)state;
	add_server();
	expect(show_dmvpn(&served, SHOW_IPV4),
	       "[{" INTERFACE "\"type\":\"hub/spoke\",\"nbma_peers\":2,"
	       "\"nhs\":[" SERVER "],\"peers\":[{\"interface\":\"mgre0\","
	       "\"type\":\"nhs\",\"protocol\":\"9.0.0.254\","
	       "\"prefix\":\"9.0.0.254/32\",\"nbma\":\"9.1.1.26\","
	       "\"claimed_nbma\":\"9.1.1.26\",\"identity\":null,\"up\":true,\"used\":false,"
	       "\"timeout\":false,\"created\":30,\"expires\":null,"
	       "\"last_used\":null,\"holding_time\":0,\"mtu\":0,"
	       "\"flags\":[\"authoritative\"],\"state\":\"NHRP\","
	       "\"updown\":null,\"attributes\":[\"S\"],\"entries\":1},"
	       "{" SPOKE ",\"state\":\"UP\",\"updown\":30,"
	       "\"attributes\":[\"D\"],\"entries\":1}]}]");
}

static void sessions(void **state)
{
	struct session session = {
		.interface = &hub,
		.if_id = 4711,
		.nbma = address("9.1.1.130"),
		.port = 40001,
		.state = SESSION_UP,
		.users = 1,
		.name = "spoke-1",
		.changed = daemon_now(&served) - 61000,
	};

	(void)state;
	expect(show_crypto(&served), "[]");
	keys = (struct session_info){
		.algorithm = "aes-256-gcm", .udp = true,
		.spi_in = 0xc0ffee, .spi_out = 0xfeedbeef,
		.bytes_in = 5000000000, .packets_in = 7,
		.established = daemon_now(&served) - 60000,
		.rekey = daemon_now(&served) + 3540000,
	};
	hub.exchange_ops = &told;
	hub.exchange = &keys;
	HASH_ADD(hh, hub.sessions, if_id, sizeof(session.if_id), &session);
	expect(show_crypto(&served),
	       "[{\"interface\":\"mgre0\",\"identity\":\"spoke-1\","
	       "\"nbma\":\"9.1.1.130\",\"port\":40001,\"state\":\"up\","
	       "\"since\":61,\"failures\":0,\"users\":1,"
	       "\"certified\":false,\"if_id\":4711,"
	       "\"algorithm\":\"aes-256-gcm\",\"udp\":true,"
	       "\"spi_in\":\"0x00c0ffee\",\"spi_out\":\"0xfeedbeef\","
	       "\"bytes_in\":5000000000,\"bytes_out\":0,\"packets_in\":7,"
	       "\"packets_out\":0,\"age\":60,\"rekey\":3540}]");
	session.state = SESSION_STARTING;
	session.name[0] = '\0';
	expect(show_crypto(&served),
	       "[{\"interface\":\"mgre0\",\"identity\":null,"
	       "\"nbma\":\"9.1.1.130\",\"port\":40001,"
	       "\"state\":\"starting\",\"since\":61,\"failures\":0,"
	       "\"users\":1,\"certified\":false,\"if_id\":4711,"
	       "\"algorithm\":null,\"udp\":false,\"spi_in\":null,"
	       "\"spi_out\":null,\"bytes_in\":0,\"bytes_out\":0,"
	       "\"packets_in\":0,\"packets_out\":0,\"age\":null,"
	       "\"rekey\":null}]");
	HASH_CLEAR(hh, hub.sessions);
}

/* What the row of the client says, and the interface. */
static void assert_state(const char *wanted, const char *protection)
{
	struct json_object *array = show_dmvpn(&served, SHOW_IPV4);
	struct json_object *object = json_object_array_get_idx(array, 0);
	struct json_object *row = json_object_array_get_idx(
		json_object_object_get(object, "peers"), 0);

	assert_string_equal(json_object_get_string(json_object_object_get(
				    row, "state")), wanted);
	assert_string_equal(json_object_get_string(json_object_object_get(
				    object, "protection")), protection);
	json_object_put(array);
}

static void states_of_a_protected_peer(void **state)
{
	struct session session = { .state = SESSION_STARTING };
	struct json_object *array, *object;

	(void)state;
	settings.protection.kind = CONFIG_PROTECTION_NATIVE;
	spoke_peer.session = &session;
	spoke_peer.up = false;
	assert_state("IKE", "native");
	session.state = SESSION_UP;
	assert_state("DOWN", "native");
	spoke_peer.up = true;
	settings.protection.kind = CONFIG_PROTECTION_IKE;
	strcpy(settings.protection.profile, "branch");
	assert_state("UP", "ike branch");
	strcpy(session.name, "spoke-1");
	array = show_cache(&served, SHOW_IPV4);
	object = json_object_array_get_idx(array, 0);
	assert_string_equal(json_object_get_string(json_object_object_get(
				    object, "identity")), "spoke-1");
	json_object_put(array);
}

static void the_table_of_ipv6(void **state)
{
	struct json_object *array;

	(void)state;
	expect(show_dmvpn(&served, SHOW_IPV6), "[]");
	hub.addresses[1].address = address("2001:db8::1");
	hub.address_count = 2;
	array = show_dmvpn(&served, SHOW_BOTH);
	assert_int_equal(json_object_array_length(array), 2);
	json_object_put(array);
}

static void counters(void **state)
{
	struct json_object *array, *object, *discarded;

	(void)state;
	array = show_traffic(&served);
	object = json_object_array_get_idx(array, 0);
	discarded = json_object_object_get(object, "discarded");
	assert_int_equal(json_object_get_int(json_object_object_get(
				 discarded, "malformed")), 1);
	assert_int_equal(json_object_get_int(json_object_object_get(
				 object, "lost")), 3);
	expect(json_object_get(json_object_object_get(object, "received")),
	       "{\"unknown\":0,\"resolution_request\":0,"
	       "\"resolution_reply\":0,\"registration_request\":7,"
	       "\"registration_reply\":0,\"purge_request\":0,"
	       "\"purge_reply\":0,\"error_indication\":0,"
	       "\"traffic_indication\":0}");
	json_object_put(array);
}

static int start_clock(void **state)
{
	(void)state;
	return uv_loop_init(&loop);
}

static int stop_clock(void **state)
{
	(void)state;
	return uv_loop_close(&loop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_registered_client),
		TEST(a_client_behind_nat),
		TEST(questions_and_refusals),
		TEST(shortcuts),
		TEST(next_hop_servers),
		TEST(the_table_of_a_hub),
		TEST(the_table_of_a_hub_that_registers),
		TEST(sessions),
		TEST(states_of_a_protected_peer),
		TEST(the_table_of_ipv6),
		TEST(counters),
	};

	return cmocka_run_group_tests(tests, start_clock, stop_clock);
}
