/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces: one mgre device that the configuration names, and all state
 * that hangs on it. The device may appear, vanish and come back; the struct
 * lives as long as the configuration names it.
 */
#ifndef NHRPD_INTERFACE_H
#define NHRPD_INTERFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hash.h"
#include "packet/address.h"
#include "traffic.h"

struct cache_entry;
struct config_interface;
struct daemon;
struct answer;
struct exchange_ops;
struct mgre_device;
struct nhc;
struct peer;
struct purge;
struct resolution;
struct rtnl_address;
struct rtnl_link;
struct session;
struct shortcut;

/* More protocol addresses of a device than anybody gives one. */
#define INTERFACE_ADDRESSES 16

/**
 * struct interface_address - a protocol address of the device
 * @address: the address itself
 * @prefix: the connected prefix it came with
 * @seen: in the last dump of the kernel's addresses
 */
struct interface_address {
	struct nhrp_address address;
	struct nhrp_prefix prefix;
	bool seen;
};

enum interface_state {
	INTERFACE_ABSENT,	/* no device of this name */
	INTERFACE_DOWN,		/* device not up, or has no NBMA address */
	INTERFACE_FOREIGN,	/* not of kind mgre, or owned by another */
	INTERFACE_UP,		/* ours, and able to send */
};

/**
 * struct interface - a configured interface
 * @name: of the device; the key in daemon.interfaces
 * @config: its settings; replaced by a reload
 * @daemon: where it belongs
 * @state: whether NHRP runs on it
 * @reason: why @state is not INTERFACE_UP, in words
 * @ifindex: of the device, 0 if absent
 * @mtu: of the device
 * @redirect: seconds between two redirect events of the device, 0: none
 * @max_entries: mappings that the kernel will hold
 * @key: GRE key, valid if @has_key
 * @link: ifindex of the underlay device, 0 if not bound to one
 * @nbma: own NBMA address, empty while there is none
 * @remote: the other end of a point-to-point tunnel (Phase 1), or empty
 * @addresses: own protocol addresses, @address_count of them
 * @peers: hash table by endpoint
 * @cache: hash table by protocol address
 * @shortcuts: hash table by prefix
 * @resolutions: hash table by destination: questions and refusals
 * @resolutions_by_id: the same by request id
 * @answers: hash table: whom we told what, to be able to take it back
 * @answer_timer: when doubtful answers are looked at again, or NULL
 * @purges: hash table by request id: those not yet acknowledged
 * @exchange_ops: kind of key exchange, NULL without protection
 * @exchange: its state, NULL while it is not open
 * @sessions: hash table by if_id
 * @sessions_by_address: the same by NBMA address and port
 * @nhcs: list of registrations, in order of configuration
 * @registered: entries of type CACHE_REGISTERED
 * @traffic: counters
 * @seen: the device was in the last dump of the kernel's links
 * @admin_up: IFF_UP
 * @is_mgre: whether the device is of our kind
 * @bound: whether its NHRP packets come to us
 * @protect: whether the device lets nothing through but under ESP
 */
struct interface {
	char name[IFNAMSIZ];
	const struct config_interface *config;
	struct daemon *daemon;
	enum interface_state state;
	const char *reason;
	unsigned int ifindex;
	uint32_t mtu;
	uint32_t redirect;
	uint32_t max_entries;
	uint32_t key;
	bool has_key;
	bool seen;
	bool admin_up;
	bool is_mgre;
	bool bound;
	bool protect;
	unsigned int link;
	struct nhrp_address nbma;
	struct nhrp_address remote;
	struct interface_address addresses[INTERFACE_ADDRESSES];
	unsigned int address_count;
	struct peer *peers;
	struct cache_entry *cache;
	struct shortcut *shortcuts;
	struct resolution *resolutions;
	struct resolution *resolutions_by_id;
	struct answer *answers;
	uv_timer_t *answer_timer;
	struct purge *purges;
	const struct exchange_ops *exchange_ops;
	void *exchange;
	struct session *sessions;
	struct session *sessions_by_address;
	struct nhc *nhcs;
	unsigned int registered;
	struct traffic traffic;
	UT_hash_handle hh;
	UT_hash_handle hh_index;
};

/** interface_state_name - "absent", "down", "foreign" or "up" */
const char *interface_state_name(enum interface_state state);

/** interface_is_protected - whether it needs sessions */
bool interface_is_protected(const struct interface *interface);

/** interface_find - by name, or NULL */
struct interface *interface_find(struct daemon *daemon, const char *name);

/** interface_find_index - by ifindex of a present device, or NULL */
struct interface *interface_find_index(struct daemon *daemon,
				       unsigned int ifindex);

/**
 * interface_own_address - the protocol address to speak with
 * @towards: address whose connected prefix is preferred; its family counts
 *
 * Return: an address of the device, or NULL if it has none of that family.
 */
const struct nhrp_address *
interface_own_address(const struct interface *interface,
		      const struct nhrp_address *towards);

/** interface_is_own - whether @address is a protocol address of the device */
bool interface_is_own(const struct interface *interface,
		      const struct nhrp_address *address);

/**
 * interface_is_broadcast - whether @address is the directed broadcast of a
 * connected IPv4 prefix of the device
 */
bool interface_is_broadcast(const struct interface *interface,
			    const struct nhrp_address *address);

/**
 * interface_add - begin to serve a device that the configuration names
 * @config: its settings, which outlive the interface
 *
 * Return: the interface, INTERFACE_ABSENT until the kernel tells of it.
 */
struct interface *interface_add(struct daemon *daemon,
				const struct config_interface *config);

/** interface_remove - stop serving it; the kernel's state stays */
void interface_remove(struct interface *interface);

/**
 * interface_leave - take back what was told and made on it
 *
 * Deregisters, purges what was answered, and removes peers, mappings and
 * routes that nhrpd made. The device itself stays.
 */
void interface_leave(struct interface *interface);

/*
 * What the kernel says about devices; each of these looks for the interface
 * it concerns, and ignores what concerns none. A dump of all links and
 * addresses stands between doubt and sweep: those that it does not have are
 * gone.
 */
void interface_link(struct daemon *daemon, const struct rtnl_link *link);
void interface_link_gone(struct daemon *daemon, unsigned int ifindex);
void interface_address(struct daemon *daemon,
		       const struct rtnl_address *address);
void interface_address_gone(struct daemon *daemon,
			    const struct rtnl_address *address);
void interface_links_doubt(struct daemon *daemon);
void interface_links_sweep(struct daemon *daemon);
void interface_addresses_doubt(struct daemon *daemon);
void interface_addresses_sweep(struct daemon *daemon);
void interface_device(struct daemon *daemon, unsigned int ifindex,
		      const struct mgre_device *device);
void interface_bind_failed(struct daemon *daemon, unsigned int ifindex,
			   const char *reason);

#endif /* NHRPD_INTERFACE_H */
