// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole nodes making keys with each other.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_kernel.h"
#include "native_world.h"
#include "test.h"

#define A "192.0.2.1"
#define B "192.0.2.2"
#define C "192.0.2.3"
#define DAY 86400

static struct node a, b, c;
static struct identity authority, identities[3];

static void free_files(struct node *node)
{
	struct config_protection *config = &node->config.protection;

	free(config->psk_file);
	free(config->key_file);
	free(config->certificate_file);
	free(config->authority_file);
	free(config->revoked_file);
}

static int set_up(void **state)
{
	(void)state;
	world_start();
	world_node(&a, A);
	world_node(&b, B);
	world_node(&c, C);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (a.interface.exchange)
		world_close(&a);
	if (b.interface.exchange)
		world_close(&b);
	if (c.interface.exchange)
		world_close(&c);
	free_files(&a);
	free_files(&b);
	free_files(&c);
	world_end();
	return 0;
}

static void open_with_psk(void)
{
	a.config.protection.psk_file = world_psk("a secret of the network");
	b.config.protection.psk_file = world_psk("a secret of the network");
	world_open(&a);
	world_open(&b);
}

static void certify(struct node *node, int which, const char *name)
{
	identity_node(&identities[which], name, &authority, time(NULL), DAY);
	world_identify(&node->config.protection, &identities[which],
		       &authority);
}

static void open_with_certificates(void)
{
	identity_authority(&authority);
	certify(&a, 0, "spoke-1");
	certify(&b, 1, "hub");
	certify(&c, 2, "spoke-2");
	world_open(&a);
	world_open(&b);
	world_open(&c);
}

static uint64_t count(const struct node *node, enum native_counter counter)
{
	uint64_t value;

	assert_non_null(native_ops.counter(&node->interface, counter, &value));
	return value;
}

static struct association *association(struct node *node)
{
	return node->interface.sessions->exchange;
}

static const struct world_sent *last_sent(enum message_type type)
{
	size_t i = world.sent_count;

	while (i--)
		if (world.sent[i].bytes[4] == type)
			return &world.sent[i];
	return NULL;
}

static unsigned int count_sent(enum message_type type)
{
	unsigned int found = 0;
	size_t i;

	for (i = 0; i < world.sent_count; i++)
		found += world.sent[i].bytes[4] == type;
	return found;
}

/* By hand, where the network loses it. */
static void deliver_last(enum message_type type)
{
	struct world_sent sent = *last_sent(type);

	world_deliver(&sent.source, &sent.destination, sent.bytes,
		      sent.length);
}

static void connect_a_to_b(void)
{
	world_call(&a, B);
	world_pass(100);
	assert_true(world_connected(&a, &b));
}

static void adopt_b(void)
{
	struct endpoint endpoint = session_endpoint(b.interface.sessions);

	world_close(&b);
	b.interface.exchange = NULL;
	world_open(&b);
	session_adopt(&b.interface, &endpoint, CONFIG_UDP_PORT);
	session_hold(b.interface.sessions);
}

/* ---- making keys ---- */

static void psk_alone(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	assert_string_equal(a.interface.sessions->name, B);
	assert_string_equal(b.interface.sessions->name, A);
	assert_null(a.interface.sessions->certificate);
	assert_int_equal(a.kernel.count, 2);
	assert_int_equal(b.kernel.count, 2);
	assert_int_equal(count(&b, NATIVE_ESTABLISHED), 1);
}

static void certificates(void **state)
{
	(void)state;
	open_with_certificates();
	connect_a_to_b();
	assert_string_equal(a.interface.sessions->name, "hub");
	assert_string_equal(b.interface.sessions->name, "spoke-1");
	assert_string_equal(b.interface.sessions->certificate->name,
			    "spoke-1");
}

static void collision(void **state)
{
	int i;

	(void)state;
	open_with_psk();
	for (i = 0; i < 20; i++) {
		world.delay = 20;
		world_call(&a, B);
		world_call(&b, A);
		world_pass(200);
		assert_true(world_connected(&a, &b));
		assert_int_equal(a.kernel.count, 2);
		assert_int_equal(b.kernel.count, 2);
		session_release(a.interface.sessions);
		session_release(b.interface.sessions);
		sessions_stop(&a.interface, "again");
		world_pass(100);
		assert_null(a.interface.sessions);
		assert_null(b.interface.sessions);
		assert_int_equal(a.kernel.count + b.kernel.count, 0);
		assert_int_equal(a.kernel.policies + b.kernel.policies, 0);
	}
}

/* How many seconds it takes until both are connected, at most. */
static int seconds_to_connect(int most)
{
	int seconds;

	for (seconds = 0; seconds < most; seconds++) {
		if (world_connected(&a, &b))
			break;
		world_pass(1000);
	}
	return seconds;
}

static void bad_network(void **state)
{
	int i;

	(void)state;
	open_with_certificates();
	world.loss = 30;
	world.doubled = 20;
	world.delay = 500;
	for (i = 0; i < 20; i++) {
		world_call(&a, B);
		if (i % 2)
			world_call(&b, A);
		assert_in_range(seconds_to_connect(200), 0, 100);
		session_release(a.interface.sessions);
		if (i % 2)
			session_release(b.interface.sessions);
		world.sent_count = 0;
		sessions_stop(&a.interface, "again");
		if (b.interface.sessions)
			sessions_stop(&b.interface, "again");
		world_pass(40000);
		assert_null(a.interface.sessions);
		assert_null(b.interface.sessions);
	}
}

static void nobody_there(void **state)
{
	struct session *session;

	(void)state;
	open_with_psk();
	session = world_call(&a, C);
	world_pass(23000);
	assert_int_equal(session->state, SESSION_STARTING);
	world_pass(8000);
	assert_int_equal(session->failures, 1);
	assert_int_equal(count(&a, NATIVE_UNANSWERED), 1);
	assert_int_equal(a.kernel.count, 0);
}

/* ---- who is refused ---- */

static void wrong_psk(void **state)
{
	(void)state;
	a.config.protection.psk_file = world_psk("one");
	b.config.protection.psk_file = world_psk("another");
	world_open(&a);
	world_open(&b);
	world_call(&a, B);
	world_pass(5000);
	assert_false(world_connected(&a, &b));
	assert_int_equal(count_sent(MESSAGE_RESPONSE), 0);
	assert_int_equal(count_sent(MESSAGE_COOKIE), 0);
	assert_true(count(&b, NATIVE_STRANGER) > 0);
	assert_null(b.interface.sessions);
}

static void other_network_id(void **state)
{
	(void)state;
	a.config.network_id = 2;
	open_with_psk();
	world_call(&a, B);
	world_pass(5000);
	assert_true(count(&b, NATIVE_UNKNOWN) > 0);
	assert_null(b.interface.sessions);
}

static void expired_at_the_next_rekey(void **state)
{
	(void)state;
	a.config.protection.rekey = 600;
	b.config.protection.rekey = 600;
	open_with_certificates();
	connect_a_to_b();
	world.now_offset = 2 * DAY;
	world_pass(700000);
	assert_false(world_connected(&a, &b));
	assert_true(count(&a, NATIVE_CERTIFICATE) +
		    count(&b, NATIVE_CERTIFICATE) > 0);
	assert_int_equal(b.kernel.count, 0);
}

static void distrust(struct node *node, const struct identity *identity)
{
	char *name = world_psk("");
	FILE *file = fopen(name, "w");

	for (int i = 0; i < CERTIFICATE_SERIAL; i++)
		fprintf(file, "%02x", identity->certificate.serial[i]);
	fprintf(file, "\n");
	fclose(file);
	free(node->config.protection.revoked_file);
	node->config.protection.revoked_file = name;
	native_ops.reload(&node->interface);
}

static void revoked_at_reload(void **state)
{
	(void)state;
	open_with_certificates();
	connect_a_to_b();
	distrust(&b, &identities[0]);
	assert_null(b.interface.sessions);
	assert_int_equal(b.kernel.count, 0);
	world_pass(10000);
	assert_false(world_connected(&a, &b));
	assert_true(count(&b, NATIVE_REVOKED) > 0);
	assert_null(b.interface.sessions);
}

static void another_node_answers_a_renewal(void **state)
{
	(void)state;
	open_with_certificates();
	connect_a_to_b();
	/* c takes the address of b, and calls a to be its hub. */
	world_close(&b);
	c.interface.nbma = b.interface.nbma;
	call_begin(association(&a), NULL);
	world_pass(3000);
	assert_string_equal(a.interface.sessions->name, "hub");
	assert_int_equal(a.interface.sessions->state, SESSION_UP);
	assert_true(count(&a, NATIVE_IDENTITY) > 0);
}

static void stranger_answers_first(void **state)
{
	struct place from = { fake_address(B), CONFIG_UDP_PORT };
	struct place to = { fake_address(A), CONFIG_UDP_PORT };
	static const uint8_t guess[NOISE_KEY] = "a guess";
	const struct world_sent *initiation;
	struct credentials stranger;
	struct handshake handshake;
	struct message message;
	uint8_t bytes[MESSAGE_MAX];
	size_t length;

	(void)state;
	open_with_psk();
	world.dead = fake_address(B);
	world_call(&a, B);
	initiation = last_sent(MESSAGE_INITIATION);
	assert_true(message_parse(initiation->bytes, initiation->length,
				  &message));
	stranger = ((struct network *)b.interface.exchange)->credentials;
	mac_keys_derive(&stranger.mac, guess, NULL);
	handshake_respond(&handshake, &stranger, 4711, &message, &from, &to,
			  bytes, &length);
	world_deliver(&from, &to, bytes, length);
	handshake_wipe(&handshake);
	memset(&world.dead, 0, sizeof(world.dead));
	world_pass(4000);
	assert_true(world_connected(&a, &b));
	assert_int_equal(count(&a, NATIVE_FORGED), 1);
}

static void new_key_during_a_handshake(void **state)
{
	(void)state;
	open_with_certificates();
	world.dead = fake_address(B);
	world_call(&a, B);
	world_pass(100);
	free(a.config.protection.key_file);
	free(a.config.protection.certificate_file);
	free(a.config.protection.authority_file);
	certify(&a, 0, "spoke-1");
	native_ops.reload(&a.interface);
	memset(&world.dead, 0, sizeof(world.dead));
	world_pass(4000);
	assert_true(world_connected(&a, &b));
}

static void revoked_during_a_handshake(void **state)
{
	(void)state;
	open_with_certificates();
	world.dead = fake_address(B);
	world_call(&a, B);
	deliver_last(MESSAGE_INITIATION);
	deliver_last(MESSAGE_RESPONSE);
	distrust(&a, &identities[1]);
	memset(&world.dead, 0, sizeof(world.dead));
	deliver_last(MESSAGE_FINISH);
	world_pass(5000);
	assert_int_not_equal(a.interface.sessions->state, SESSION_UP);
	assert_int_equal(count(&a, NATIVE_ESTABLISHED), 0);
	assert_true(count(&a, NATIVE_REVOKED) > 0);
}

/* ---- replays ---- */

static void replays_change_nothing(void **state)
{
	size_t sent, i;
	struct keys *keys;

	(void)state;
	open_with_certificates();
	connect_a_to_b();
	world_pass(1000);
	keys = association(&b)->keys;
	sent = world.sent_count;
	for (i = 0; i < sent; i++)
		world_deliver(&world.sent[i].source,
			      &world.sent[i].destination,
			      world.sent[i].bytes, world.sent[i].length);
	world_pass(40000);
	assert_ptr_equal(association(&b)->keys, keys);
	assert_true(world_connected(&a, &b));
	assert_int_equal(count(&a, NATIVE_ESTABLISHED), 1);
	assert_int_equal(count(&b, NATIVE_ESTABLISHED), 1);
	assert_null(b.interface.exchange ? ((struct network *)
		    b.interface.exchange)->responses : NULL);
}

static void replayed_initiation_does_not_stop_a_call(void **state)
{
	const struct world_sent *old;
	struct world_sent copy;

	(void)state;
	open_with_certificates();
	world_call(&b, A);
	world_pass(100);
	old = last_sent(MESSAGE_INITIATION);
	copy = *old;
	session_release(b.interface.sessions);
	sessions_stop(&b.interface, "again");
	world_pass(100);
	/* Now a calls, and the old call of b is heard again. */
	world_call(&a, B);
	world_deliver(&copy.source, &copy.destination, copy.bytes,
		      copy.length);
	world_pass(3000);
	assert_true(world_connected(&a, &b));
}

static void finish_again_is_confirmed_again(void **state)
{
	const struct world_sent *finish;
	unsigned int confirmations;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	finish = last_sent(MESSAGE_FINISH);
	confirmations = count_sent(MESSAGE_CONTROL);
	world_deliver(&finish->source, &finish->destination, finish->bytes,
		      finish->length);
	assert_int_equal(count_sent(MESSAGE_CONTROL), confirmations + 1);
	world_pass(100);
	assert_true(world_connected(&a, &b));
}

/* ---- floods ---- */

/* Initiations of strangers who know the psk, each from another address. */
static void flood(unsigned int initiations, const struct place *only)
{
	struct network *network = a.interface.exchange;
	struct place destination = { fake_address(B), CONFIG_UDP_PORT };
	struct place source = { .port = 1000 };
	struct handshake handshake;
	uint8_t bytes[MESSAGE_MAX];
	size_t length;
	uint8_t raw[4] = { 10 };

	while (initiations--) {
		raw[2] = initiations >> 8;
		raw[3] = initiations;
		nhrp_address_set(&source.address, raw, 4);
		if (only)
			source = *only;
		length = handshake_begin(&handshake, &network->credentials,
					 1 + initiations, &source,
					 &destination, bytes);
		world_deliver(&source, &destination, bytes, length);
	}
	handshake_wipe(&handshake);
}

static void known_node_gets_through_a_flood(void **state)
{
	int i;

	(void)state;
	open_with_psk();
	world_call(&a, B);
	for (i = 0; i < 20; i++) {
		flood(150, NULL);
		world_pass(10);
	}
	assert_true(count(&b, NATIVE_COOKIES) > 1000);
	assert_true(world_connected(&a, &b));
}

/* B asks A for a cookie that it will not know again. */
static void ask_for_cookie(void)
{
	const struct network *network = b.interface.exchange;
	const struct world_sent *initiation = last_sent(MESSAGE_INITIATION);
	struct mac_secret secret = { 0 };
	uint8_t bytes[MESSAGE_COOKIE_SIZE];
	struct message message;

	assert_true(message_parse(initiation->bytes, initiation->length,
				  &message));
	mac_write_cookie(&network->credentials.mac, &secret,
			 native_now(network->native), &initiation->source,
			 &message, bytes);
	world_deliver(&initiation->destination, &initiation->source, bytes,
		      sizeof(bytes));
}

static void one_cookie_a_try(void **state)
{
	(void)state;
	open_with_psk();
	world.dead = fake_address(B);
	world_call(&a, B);
	assert_int_equal(count_sent(MESSAGE_INITIATION), 1);
	ask_for_cookie();
	ask_for_cookie();
	assert_int_equal(count_sent(MESSAGE_INITIATION), 2);
	world_pass(1100);
	assert_int_equal(count_sent(MESSAGE_INITIATION), 3);
	ask_for_cookie();
	ask_for_cookie();
	assert_int_equal(count_sent(MESSAGE_INITIATION), 4);
}

static void forged_flood_of_its_own_address(void **state)
{
	struct place source = { fake_address(A), CONFIG_UDP_PORT };

	(void)state;
	open_with_psk();
	flood(90, &source);
	assert_int_equal(count_sent(MESSAGE_RESPONSE), 10);
	assert_int_equal(count_sent(MESSAGE_COOKIE), 80);
	world_call(&a, B);
	world_pass(100);
	assert_true(world_connected(&a, &b));
}

static void flood_takes_no_more_than_its_time(void **state)
{
	struct network *network;

	(void)state;
	open_with_psk();
	flood(90, NULL);
	network = b.interface.exchange;
	assert_int_equal(HASH_COUNT(network->responses), 90);
	world_pass(26000);
	assert_int_equal(HASH_COUNT(network->responses), 0);
}

/* Many at a time; all that is left of the limits is the size of tables. */
static void newest_handshake_finds_room(void **state)
{
	const struct network *network;
	struct place source = { .port = 1000 };
	unsigned int i;

	(void)state;
	open_with_psk();
	network = b.interface.exchange;
	for (i = 0; i < 5000; i++) {
		source.address = fake_address("10.0.0.0");
		source.address.bytes[2] = i >> 8;
		source.address.bytes[3] = i;
		limit_clear(&network->native->unproven);
		network->native->begun = 0;
		world.sent_count = 0;
		flood(1, &source);
	}
	i = HASH_COUNT(network->responses);
	assert_in_range(i, 1000, 4999);
	world_call(&a, B);
	world_pass(100);
	assert_true(world_connected(&a, &b));
	assert_int_equal(HASH_COUNT(network->responses), i - 1);
}

/* A line that there was no room for is written the next time. */
static void refusal_is_logged_later(void **state)
{
	struct place source = { fake_address(C), CONFIG_UDP_PORT };
	struct log_limit *limit = &b.daemon.limit;
	struct network *network;

	(void)state;
	open_with_psk();
	network = b.interface.exchange;
	while (log_limited(limit, 6, "another line"))
		;
	refuse(network, NATIVE_STRANGER, &source, "it is new", NULL);
	memset(limit, 0, sizeof(*limit));
	refuse(network, NATIVE_STRANGER, &source, "it is new", NULL);
	assert_true(limit->since);
	memset(limit, 0, sizeof(*limit));
	refuse(network, NATIVE_STRANGER, &source, "it is new", NULL);
	assert_false(limit->since);
	assert_int_equal(count(&b, NATIVE_STRANGER), 3);
}

/* ---- renewal ---- */

static void rekey_loses_nothing(void **state)
{
	uint32_t spi, renewals = 0;
	int i;

	(void)state;
	a.config.protection.rekey = 10;
	b.config.protection.rekey = 10;
	open_with_certificates();
	connect_a_to_b();
	world.delay = 50;
	spi = association(&a)->keys->spi_in;
	for (i = 0; i < 12000; i++) {
		assert_true(world_traffic(&a, &b));
		assert_true(world_traffic(&b, &a));
		world_pass(10);
		renewals += association(&a)->keys->spi_in != spi;
		spi = association(&a)->keys->spi_in;
		world.sent_count *= !(i % 100 == 0 && !association(&a)->call &&
				      !association(&b)->call);
	}
	assert_in_range(renewals, 10, 14);
	/* Old ones go: one pair, and those that still linger. */
	assert_true(a.kernel.count <= 2 + 1 + 1);
	assert_true(b.kernel.count <= 2 + 4 + 1);
	assert_int_equal(a.kernel.policies, 1);
}

static bool has_sa(struct node *node, const char *address, uint32_t spi)
{
	struct nhrp_address destination = fake_address(address);
	struct xfrm_usage usage;

	return !xfrm_sa_usage(&node->kernel, &destination, spi, &usage);
}

/* What the kernel is just sending by the old one is not to be lost. */
static void old_outbound_lingers(void **state)
{
	uint32_t from_a, from_b;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	from_a = association(&a)->keys->spi_out;
	from_b = association(&b)->keys->spi_out;
	call_begin(association(&a), NULL);
	world_pass(500);
	assert_int_not_equal(association(&a)->keys->spi_out, from_a);
	assert_int_not_equal(association(&b)->keys->spi_out, from_b);
	assert_true(has_sa(&a, B, from_a));
	assert_true(has_sa(&b, A, from_b));
	world_pass(1000);
	assert_false(has_sa(&a, B, from_a));
	assert_false(has_sa(&b, A, from_b));
	assert_int_equal(a.kernel.policies, 1);
	assert_int_equal(b.kernel.policies, 1);
}

static void lost_confirmation(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	call_begin(association(&a), NULL);
	world.delay = 5;
	while (count_sent(MESSAGE_FINISH) < 2)
		world_pass(10);
	/* Until now both use the old keys, from now on b the new ones. */
	world.dead = fake_address(A);
	world_pass(2000);
	assert_true(world_traffic(&a, &b));
	assert_true(world_traffic(&b, &a));
	memset(&world.dead, 0, sizeof(world.dead));
	world_pass(10000);
	assert_true(world_connected(&a, &b));
}

static void soft_limit_renews(void **state)
{
	struct xfrm_sa_id id;
	struct keys *keys;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	keys = association(&a)->keys;
	id = (struct xfrm_sa_id){
		.source = keys->own.address,
		.destination = keys->peer.address,
		.spi = keys->spi_out,
		.if_id = a.interface.sessions->if_id,
	};
	a.kernel.events->expired(a.kernel.context, &id, false);
	world_pass(100);
	assert_int_not_equal(association(&a)->keys->spi_out, id.spi);
	assert_true(world_connected(&a, &b));
}

static void flushed_by_somebody(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	a.kernel.count = 0;
	a.kernel.events->flushed(a.kernel.context);
	world_pass(100);
	assert_true(world_connected(&a, &b));
	assert_int_equal(a.kernel.count, 2);
}

static void flushed_on_both_sides(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	a.kernel.count = 0;
	b.kernel.count = 0;
	a.kernel.events->flushed(a.kernel.context);
	b.kernel.events->flushed(b.kernel.context);
	world.delay = 20;
	world_pass(300);
	assert_true(world_connected(&a, &b));
}

static void policies_flushed_after_a_restart(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	world.dead = fake_address(A);
	adopt_b();
	b.kernel.policies = 0;
	b.kernel.events->unpoliced(b.kernel.context, 0);
	assert_int_equal(b.kernel.policies, 1);
}

static void one_deleted_by_somebody(void **state)
{
	struct xfrm_sa_id id = { .if_id = 0 };

	(void)state;
	open_with_psk();
	connect_a_to_b();
	id.spi = association(&a)->keys->spi_in;
	id.destination = fake_address(A);
	id.if_id = a.interface.sessions->if_id;
	xfrm_sa_delete(&a.kernel, &id.destination, id.spi);
	a.kernel.events->deleted(a.kernel.context, &id);
	world_pass(100);
	assert_int_not_equal(association(&a)->keys->spi_in, id.spi);
	assert_true(world_connected(&a, &b));
}

static void policies_deleted_by_somebody(void **state)
{
	uint32_t spi;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	spi = association(&a)->keys->spi_out;
	a.kernel.policies = 0;
	a.kernel.events->unpoliced(a.kernel.context, 0);
	assert_int_equal(a.kernel.policies, 1);
	a.kernel.policies = 0;
	a.kernel.events->unpoliced(a.kernel.context,
				   a.interface.sessions->if_id);
	assert_int_equal(a.kernel.policies, 1);
	a.kernel.policies = 0;
	a.kernel.events->lost(a.kernel.context);
	assert_int_equal(a.kernel.policies, 1);
	world_pass(1000);
	assert_int_equal(association(&a)->keys->spi_out, spi);
	assert_true(world_connected(&a, &b));
}

/* ---- restart ---- */

static void restart_takes_over(void **state)
{
	struct endpoint endpoint;

	(void)state;
	open_with_certificates();
	connect_a_to_b();
	endpoint = session_endpoint(b.interface.sessions);
	world_close(&b);
	assert_int_equal(b.kernel.count, 2);
	assert_true(a.interface.sessions->state == SESSION_UP);
	b.interface.exchange = NULL;
	world_open(&b);
	session_adopt(&b.interface, &endpoint, CONFIG_UDP_PORT);
	session_hold(b.interface.sessions);
	world_pass(1000);
	assert_true(world_connected(&a, &b));
	assert_int_equal(b.interface.sessions->if_id, endpoint.if_id);
	world_pass(40000);
	assert_int_equal(b.kernel.count, 2);
	assert_int_equal(a.kernel.count, 2);
	assert_int_equal(b.kernel.policies, 1);
}

static void restart_while_the_other_is_away(void **state)
{
	int i;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	world.dead = fake_address(A);
	adopt_b();
	/* Its kernel is not: packets come in. */
	for (i = 0; i < 120; i++) {
		for (size_t j = 0; j < b.kernel.count; j++)
			b.kernel.sas[j].usage.packets++;
		world_pass(1000);
		assert_int_equal(b.kernel.count, 2);
	}
	memset(&world.dead, 0, sizeof(world.dead));
	world_pass(60000);
	assert_true(world_connected(&a, &b));
}

static void restart_after_the_other_has_gone(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	world.dead = fake_address(A);
	adopt_b();
	world_pass(120000);
	assert_int_equal(b.kernel.count, 0);
	assert_int_equal(b.kernel.policies, 0);
}

static void restart_and_no_use_for_it(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	/* Its SAs have expired by now. */
	b.kernel.count = 0;
	world.dead = fake_address(A);
	adopt_b();
	sessions_stop(&b.interface, "not used");
	assert_int_equal(b.kernel.policies, 0);
}

static void restart_finds_an_earlier_address(void **state)
{
	const struct nhrp_address earlier = fake_address("192.0.2.77");
	struct xfrm_sa out = { .source = fake_address(B), .spi = 0x77777777 };

	(void)state;
	open_with_psk();
	connect_a_to_b();
	out.destination = earlier;
	out.if_id = b.interface.sessions->if_id;
	xfrm_sa_add(&b.kernel, &out);
	xfrm_policy_set(&b.kernel, &out.source, &earlier, out.if_id);
	adopt_b();
	world_pass(2000);
	assert_true(world_connected(&a, &b));
	assert_int_equal(b.kernel.policies, 1);
	assert_int_equal(xfrm_sa_delete(&b.kernel, &earlier, out.spi), -ESRCH);
}

static void restart_without_a_memory(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	world_close(&b);
	memset(&b.kernel, 0, sizeof(b.kernel));
	b.interface.exchange = NULL;
	world_open(&b);
	world_call(&b, A);
	world_pass(100);
	assert_true(world_connected(&a, &b));
	assert_int_equal(HASH_COUNT(a.interface.sessions), 1);
}

static void nhrpd_of_the_other_is_away(void **state)
{
	int i;

	(void)state;
	a.config.protection.rekey = 100;
	open_with_psk();
	connect_a_to_b();
	/* Only its nhrpd is: its kernel goes on. */
	world.dead = fake_address(B);
	for (i = 0; i < 180; i++) {
		for (size_t j = 0; j < a.kernel.count; j++)
			a.kernel.sas[j].usage.packets++;
		world_pass(1000);
		assert_int_equal(a.interface.sessions->state, SESSION_UP);
	}
	memset(&world.dead, 0, sizeof(world.dead));
	world_pass(31000);
	assert_true(count(&a, NATIVE_ESTABLISHED) >= 2);
	assert_true(world_connected(&a, &b));
}

/* ---- silence ---- */

static void busy_node_is_not_asked(void **state)
{
	size_t sent;
	int i;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	sent = world.sent_count;
	for (i = 0; i < 100; i++) {
		world_traffic(&a, &b);
		world_traffic(&b, &a);
		world_pass(1000);
	}
	assert_int_equal(world.sent_count, sent);
}

static void idle_node_is_not_asked(void **state)
{
	size_t sent;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	world_call(&b, A);
	world_pass(30000);
	sent = world.sent_count;
	world_pass(300000);
	assert_int_equal(world.sent_count, sent);
	assert_true(world_connected(&a, &b));
}

static void one_way_traffic_is_answered(void **state)
{
	int i;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	world_call(&b, A);
	for (i = 0; i < 100; i++) {
		world_traffic(&a, &b);
		world_pass(1000);
	}
	assert_true(world_connected(&a, &b));
	assert_in_range(count_sent(MESSAGE_CONTROL), 4, 60);
}

static void dead_node_is_given_up(void **state)
{
	struct session *session;
	int i;

	(void)state;
	open_with_psk();
	connect_a_to_b();
	session = a.interface.sessions;
	world.dead = fake_address(B);
	for (i = 0; i < 40 && session->state == SESSION_UP; i++) {
		world_traffic(&a, &c);
		world_pass(1000);
	}
	assert_in_range(i, 8, 32);
	assert_int_equal(a.kernel.count, 0);
	memset(&world.dead, 0, sizeof(world.dead));
	world_pass(5000);
	assert_true(world_connected(&a, &b));
}

static void closed_by_the_other(void **state)
{
	(void)state;
	open_with_psk();
	connect_a_to_b();
	session_release(a.interface.sessions);
	sessions_stop(&a.interface, "not used");
	world_pass(10);
	assert_null(b.interface.sessions);
	assert_int_equal(b.kernel.count, 0);
	assert_int_equal(b.kernel.policies, 0);
}

/* ---- NAT and moving ---- */

static void behind_nat(void)
{
	world.inside = (struct place){ fake_address(A), CONFIG_UDP_PORT };
	world.outside = (struct place){ fake_address("198.51.100.1"), 40000 };
}

static void nat_is_found_and_kept(void **state)
{
	unsigned int kept = 0;
	size_t sent;

	(void)state;
	behind_nat();
	open_with_psk();
	connect_a_to_b();
	assert_int_equal(b.interface.sessions->port, 40000);
	assert_true(association(&a)->keys->udp);
	assert_true(association(&a)->keys->behind_nat);
	assert_false(association(&b)->keys->behind_nat);
	assert_int_equal(b.kernel.sas[0].sa.source_port, 40000);
	session_hold(b.interface.sessions);
	/* Until nobody asks any more what became of the first packets. */
	world_pass(40000);
	sent = world.sent_count;
	world_pass(100000);
	for (; sent < world.sent_count; sent++)
		kept += place_equal(&world.sent[sent].source, &world.outside);
	assert_in_range(kept, 4, 6);
}

static void nat_mapping_changes_while_idle(void **state)
{
	(void)state;
	behind_nat();
	open_with_psk();
	connect_a_to_b();
	session_hold(b.interface.sessions);
	/* Until nobody asks any more what became of the first packets. */
	world_pass(40000);
	world.outside.port = 41000;
	world_pass(30000);
	assert_int_equal(b.interface.sessions->port, 41000);
	assert_int_equal(b.kernel.sas[0].sa.source_port, 41000);
	assert_true(world_connected(&a, &b));
}

static void nat_mapping_changes(void **state)
{
	struct xfrm_sa_id id = { .if_id = 0 };

	(void)state;
	behind_nat();
	open_with_psk();
	connect_a_to_b();
	world.outside.port = 41000;
	id.spi = association(&b)->keys->spi_in;
	id.destination = fake_address(B);
	id.if_id = b.interface.sessions->if_id;
	b.kernel.events->moved(b.kernel.context, &id, &world.outside.address,
			       41000);
	assert_int_equal(b.interface.sessions->port, 41000);
	assert_int_equal(b.kernel.sas[0].sa.source_port, 41000);
	assert_int_equal(b.kernel.sas[1].sa.destination_port, 41000);
	assert_true(world_connected(&a, &b));
	/* Its address, too. */
	world.outside.address = fake_address("198.51.100.2");
	b.kernel.events->moved(b.kernel.context, &id, &world.outside.address,
			       41000);
	world_pass(100);
	assert_true(world_connected(&a, &b));
	assert_true(nhrp_address_equal(&b.interface.sessions->nbma,
				       &world.outside.address));
}

static void own_address_changes(void **state)
{
	uint32_t if_id;

	(void)state;
	open_with_certificates();
	connect_a_to_b();
	if_id = b.interface.sessions->if_id;
	a.interface.nbma = fake_address("192.0.2.77");
	sessions_moved(&a.interface);
	world_pass(100);
	assert_true(world_connected(&a, &b));
	assert_int_equal(b.interface.sessions->if_id, if_id);
	assert_true(nhrp_address_equal(&b.interface.sessions->nbma,
				       &a.interface.nbma));
	assert_non_null(world_session(&b, "192.0.2.77"));
	world_pass(40000);
	assert_int_equal(a.kernel.count, 2);
	assert_int_equal(b.kernel.count, 2);
	assert_int_equal(a.kernel.policies, 1);
	assert_int_equal(b.kernel.policies, 1);
}

static void two_nodes_behind_one_address(void **state)
{
	struct place other;

	(void)state;
	behind_nat();
	open_with_certificates();
	connect_a_to_b();
	other = world.outside;
	other.port = 40001;
	world.inside = (struct place){ fake_address(C), CONFIG_UDP_PORT };
	world.outside = other;
	world_call(&c, B);
	world_pass(100);
	assert_int_equal(HASH_COUNT(b.interface.sessions), 2);
	assert_int_equal(c.interface.sessions->state, SESSION_UP);
	assert_int_equal(b.kernel.count, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(psk_alone),
		TEST(certificates),
		TEST(collision),
		TEST(bad_network),
		TEST(nobody_there),
		TEST(wrong_psk),
		TEST(other_network_id),
		TEST(expired_at_the_next_rekey),
		TEST(revoked_at_reload),
		TEST(another_node_answers_a_renewal),
		TEST(stranger_answers_first),
		TEST(new_key_during_a_handshake),
		TEST(revoked_during_a_handshake),
		TEST(replays_change_nothing),
		TEST(replayed_initiation_does_not_stop_a_call),
		TEST(finish_again_is_confirmed_again),
		TEST(known_node_gets_through_a_flood),
		TEST(one_cookie_a_try),
		TEST(forged_flood_of_its_own_address),
		TEST(flood_takes_no_more_than_its_time),
		TEST(newest_handshake_finds_room),
		TEST(refusal_is_logged_later),
		TEST(rekey_loses_nothing),
		TEST(old_outbound_lingers),
		TEST(lost_confirmation),
		TEST(soft_limit_renews),
		TEST(flushed_by_somebody),
		TEST(flushed_on_both_sides),
		TEST(policies_flushed_after_a_restart),
		TEST(one_deleted_by_somebody),
		TEST(policies_deleted_by_somebody),
		TEST(restart_takes_over),
		TEST(restart_while_the_other_is_away),
		TEST(restart_after_the_other_has_gone),
		TEST(restart_and_no_use_for_it),
		TEST(restart_finds_an_earlier_address),
		TEST(restart_without_a_memory),
		TEST(nhrpd_of_the_other_is_away),
		TEST(busy_node_is_not_asked),
		TEST(idle_node_is_not_asked),
		TEST(one_way_traffic_is_answered),
		TEST(dead_node_is_given_up),
		TEST(closed_by_the_other),
		TEST(nat_is_found_and_kept),
		TEST(nat_mapping_changes),
		TEST(nat_mapping_changes_while_idle),
		TEST(own_address_changes),
		TEST(two_nodes_behind_one_address),
	};

	hash_start();
	return sodium_init() < 0 ||
	       cmocka_run_group_tests(tests, NULL, NULL);
}
