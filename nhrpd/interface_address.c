// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces: the protocol addresses of their devices.
 */
#include <string.h>

#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "nhc.h"
#include "rtnl.h"

const struct nhrp_address *
interface_own_address(const struct interface *interface,
		      const struct nhrp_address *towards)
{
	const struct nhrp_address *first = NULL;
	unsigned int i;

	for (i = 0; i < interface->address_count; i++) {
		const struct interface_address *own = &interface->addresses[i];

		if (own->address.length != towards->length)
			continue;
		if (nhrp_prefix_contains(&own->prefix, towards))
			return &own->address;
		if (!first)
			first = &own->address;
	}
	return first;
}

bool interface_is_own(const struct interface *interface,
		      const struct nhrp_address *address)
{
	unsigned int i;

	for (i = 0; i < interface->address_count; i++)
		if (nhrp_address_equal(&interface->addresses[i].address,
				       address))
			return true;
	return false;
}

static bool interface_host_bits_set(const struct nhrp_prefix *prefix,
				    const struct nhrp_address *address)
{
	uint8_t bit;

	for (bit = prefix->length; bit < 32; bit++)
		if (!(address->bytes[bit / 8] & (0x80 >> bit % 8)))
			return false;
	return true;
}

bool interface_is_broadcast(const struct interface *interface,
			    const struct nhrp_address *address)
{
	unsigned int i;

	if (address->length != 4)
		return false;
	for (i = 0; i < interface->address_count; i++) {
		const struct nhrp_prefix *prefix =
			&interface->addresses[i].prefix;

		if (prefix->length <= 30 &&
		    nhrp_prefix_contains(prefix, address) &&
		    interface_host_bits_set(prefix, address))
			return true;
	}
	return false;
}

static struct interface_address *
interface_find_address(struct interface *interface,
		       const struct nhrp_address *address)
{
	unsigned int i;

	for (i = 0; i < interface->address_count; i++)
		if (nhrp_address_equal(&interface->addresses[i].address,
				       address))
			return &interface->addresses[i];
	return NULL;
}

static void interface_add_address(struct interface *interface,
				  const struct rtnl_address *address)
{
	struct interface_address *own;

	if (interface->address_count == INTERFACE_ADDRESSES) {
		log_warning("%s: more than %d addresses, the rest is ignored",
			    interface->name, INTERFACE_ADDRESSES);
		return;
	}
	own = &interface->addresses[interface->address_count++];
	own->address = address->address;
	own->seen = true;
	nhrp_prefix_of(&address->address, address->prefix_length,
		       &own->prefix);
	nhc_interface_changed(interface);
}

static void interface_remove_address(struct interface *interface,
				     struct interface_address *own)
{
	struct interface_address *end =
		&interface->addresses[--interface->address_count];

	memmove(own, own + 1, (end - own) * sizeof(*own));
	nhc_interface_changed(interface);
}

/* Link-local addresses route nothing and are not registered. */
void interface_address(struct daemon *daemon,
		       const struct rtnl_address *address)
{
	struct interface *interface =
		interface_find_index(daemon, address->ifindex);
	struct interface_address *own;

	if (!interface || address->link_local)
		return;
	own = interface_find_address(interface, &address->address);
	if (own)
		own->seen = true;
	else
		interface_add_address(interface, address);
}

void interface_address_gone(struct daemon *daemon,
			    const struct rtnl_address *address)
{
	struct interface *interface =
		interface_find_index(daemon, address->ifindex);
	struct interface_address *own;

	if (!interface)
		return;
	own = interface_find_address(interface, &address->address);
	if (own)
		interface_remove_address(interface, own);
}

void interface_addresses_doubt(struct daemon *daemon)
{
	struct interface *interface;
	unsigned int i;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		for (i = 0; i < interface->address_count; i++)
			interface->addresses[i].seen = false;
}

void interface_addresses_sweep(struct daemon *daemon)
{
	struct interface *interface;
	unsigned int i;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		for (i = interface->address_count; i > 0; i--)
			if (!interface->addresses[i - 1].seen)
				interface_remove_address(interface,
					&interface->addresses[i - 1]);
}
