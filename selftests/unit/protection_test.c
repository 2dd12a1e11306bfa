// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Protection of a device: required before anything else, and turned on and
 * off by the configuration.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "exchange.h"
#include "fake_session.h"
#include "nhc.h"
#include "test.h"

#define PROTECTION "protection native\npsk file psk\n"

static char path[] = "/tmp/protection_test.XXXXXX";

static const struct rtnl_link *device(void)
{
	return &fake.links[0];
}

static void spoke(const char *settings)
{
	memset(&fake_exchange, 0, sizeof(fake_exchange));
	exchange_spoke(settings);
}

static void reload(const char *settings)
{
	FILE *file = fopen(path, "w");
	char *error = NULL;

	assert_non_null(file);
	fprintf(file, "interface mgre0\nnetwork-id 1\nholdtime 300\nshortcut\n"
		"nhs " HUB " nbma " HUB_NBMA " multicast\n%s", settings);
	fclose(file);
	node.config_path = path;
	assert_int_equal(daemon_reload(&node, &error), 0);
	assert_null(error);
}

static struct session *hub_session(void)
{
	struct nhrp_address nbma = fake_address(HUB_NBMA);

	return session_find_address(exchange_interface(), &nbma, 2332);
}

static uint32_t hub_if_id(void)
{
	struct nhrp_address hub = fake_address(HUB);
	const struct mgre_map *map = fake_find_map(DEVICE, &hub);

	assert_non_null(map);
	return map->endpoint.if_id;
}

static void device_is_protected_first(void **state)
{
	(void)state;
	spoke("");
	assert_false(device()->protect);
	assert_int_equal(hub_if_id(), 0);
	exchange_end(state);
	spoke(PROTECTION);
	assert_true(device()->protect);
	assert_int_equal(fake.unprotected, 0);
	assert_int_equal(hub_if_id(), hub_session()->if_id);
}

static void device_that_cannot_be_protected(void **state)
{
	struct interface *interface;

	(void)state;
	spoke("");
	fake.unprotectable = true;
	reload(PROTECTION);
	interface = exchange_interface();
	assert_int_equal(interface->state, INTERFACE_DOWN);
	assert_string_equal(interface->reason,
			    "the device cannot be protected");
	assert_false(interface->bound);
	assert_int_equal(fake.map_count, 0);
	exchange_pass(5000);
	exchange_silent();
	fake.unprotectable = false;
	fake.rtnl_events->link(fake.context, device());
	assert_int_equal(interface->state, INTERFACE_UP);
}

static void device_with_a_remote_address(void **state)
{
	(void)state;
	spoke(PROTECTION);
	fake.links[0].remote = fake_address(HUB_NBMA);
	fake.rtnl_events->link(fake.context, device());
	assert_int_equal(exchange_interface()->state, INTERFACE_DOWN);
	assert_true(device()->protect);
}

/* Somebody turns it off by hand. */
static void device_is_protected_again(void **state)
{
	(void)state;
	spoke(PROTECTION);
	fake.links[0].protect = false;
	fake.rtnl_events->link(fake.context, device());
	assert_true(device()->protect);
	assert_int_equal(exchange_interface()->state, INTERFACE_UP);
}

static void device_that_comes_back(void **state)
{
	struct rtnl_link down = { 0 };

	(void)state;
	spoke(PROTECTION);
	assert_true(fake_up(hub_session(), "hub", NULL));
	down = *device();
	down.up = false;
	fake.rtnl_events->link(fake.context, &down);
	assert_int_equal(exchange_interface()->state, INTERFACE_DOWN);
	assert_int_equal(hub_session()->state, SESSION_UP);
	fake.rtnl_events->link_gone(fake.context, DEVICE);
	assert_null(exchange_interface()->sessions);
	assert_int_equal(fake_exchange.opened, 0);
	fake.peer_count = 0;
	fake.map_count = 0;
	fake.rtnl_events->link(fake.context, device());
	fake.rtnl_events->address(fake.context, &fake.addresses[0]);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_KEYING);
	assert_int_equal(hub_if_id(), hub_session()->if_id);
	assert_true(fake.peers[0].peer.flags & MGRE_PEER_FLAGS_MULTICAST);
}

static void address_that_comes_back(void **state)
{
	struct mgre_device none = { .owner = 1 };
	struct mgre_device other = {
		.owner = 1, .local = fake_address("9.1.1.131"),
	};

	(void)state;
	spoke(PROTECTION);
	fake.mgre_events->device(fake.context, DEVICE, &none);
	assert_int_equal(exchange_interface()->state, INTERFACE_DOWN);
	assert_int_equal(fake_exchange.moved, 0);
	fake.mgre_events->device(fake.context, DEVICE, &other);
	assert_int_equal(exchange_interface()->state, INTERFACE_UP);
	assert_int_equal(fake_exchange.moved, 1);
	assert_int_equal(fake_exchange.opened, 1);
}

static void reload_turns_it_on_and_off(void **state)
{
	(void)state;
	spoke("");
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
	reload(PROTECTION);
	assert_true(device()->protect);
	assert_int_equal(exchange_interface()->nhcs->state, NHC_KEYING);
	assert_int_equal(hub_if_id(), hub_session()->if_id);
	assert_int_equal(fake.peer_count, 1);
	assert_true(fake_up(hub_session(), "hub", NULL));
	exchange_pass(300);
	exchange_sent_by(NHRP_REGISTRATION_REQUEST, hub_session());
	reload("protection none\n");
	assert_false(device()->protect);
	assert_int_equal(fake_exchange.stopped, 1);
	assert_int_equal(fake_exchange.opened, 0);
	assert_int_equal(hub_if_id(), 0);
	assert_int_equal(fake.peer_count, 1);
	exchange_wait();
	exchange_sent(NHRP_REGISTRATION_REQUEST, HUB_NBMA);
}

static void reload_leaves_sessions_alone(void **state)
{
	struct session *session;

	(void)state;
	spoke(PROTECTION);
	session = hub_session();
	reload("protection native\npsk file /tmp/psk\nrekey 5\n");
	assert_int_equal(fake_exchange.reloaded, 0);
	session = hub_session();
	reload("protection native\npsk file /tmp/psk\nrekey 6\n");
	assert_ptr_equal(hub_session(), session);
	assert_int_equal(fake_exchange.reloaded, 1);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

#define protection_test(test) \
	cmocka_unit_test_setup_teardown(test, NULL, exchange_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		protection_test(device_is_protected_first),
		protection_test(device_that_cannot_be_protected),
		protection_test(device_with_a_remote_address),
		protection_test(device_is_protected_again),
		protection_test(device_that_comes_back),
		protection_test(address_that_comes_back),
		protection_test(reload_turns_it_on_and_off),
		protection_test(reload_leaves_sessions_alone),
	};

	return cmocka_run_group_tests_name("protection", tests, make_file,
					   remove_file);
}
