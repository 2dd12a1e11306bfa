/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions: a security relation with one remote node, on an interface with
 * protection. NHRP asks for them, a key exchange (native/, ike/) makes and
 * renews their keys, the kernel's peer of the same if_id sends through them.
 *
 *	IDLE --somebody needs it--> STARTING --keys--> UP
 *	STARTING --no keys in time, or refused--> IDLE
 *	UP --closed by the other, silent, keys gone--> IDLE
 *
 * A session that nobody needs (no peer, no server of ours) and that carries
 * nothing is closed and freed after SESSION_IDLE_TIME. One that is needed is
 * started again, later and later.
 */
#ifndef NHRPD_SESSION_H
#define NHRPD_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "endpoint.h"
#include "hash.h"
#include "packet/address.h"

struct certificate;
struct config_interface;
struct interface;

#define SESSION_NAME_MAX 128	/* with NUL */
#define SESSION_IDLE_TIME 60000	/* ms */

enum session_state {
	SESSION_IDLE,
	SESSION_STARTING,
	SESSION_UP,
};

/** struct session_address - where a node is; without padding, for hashing */
struct session_address {
	struct nhrp_address nbma;
	uint8_t zero;
	uint16_t port;
};

_Static_assert(sizeof(struct session_address) == 20, "padding in a key");

/**
 * struct session - a security relation with one remote node
 * @interface: where it belongs
 * @if_id: ours for it, not 0; a key of interface.sessions. The SAs and the
 *	   policy in the kernel carry it, in both directions.
 * @nbma: the node's address as seen from here
 * @port: UDP port of its key exchange as seen from here, host byte order
 * @state: see above
 * @users: who needs it: peers and servers
 * @name: of the remote node, as its certificate or IKE identity has it
 * @certificate: what it may claim; NULL: it may claim anything. Owned by the
 *		 key exchange, valid while @state is SESSION_UP.
 * @changed: when @state last changed, ms of daemon_now()
 * @failures: starts that failed in a row
 * @timer: to start it again, or to free it
 * @exchange: state of the key exchange, its own
 * @address: @nbma and @port, the key of interface.sessions_by_address
 * @adopted: found in the kernel, and the key exchange was not told so far
 * @packets: that had gone through it when nobody needed it last
 */
struct session {
	struct interface *interface;
	uint32_t if_id;
	struct nhrp_address nbma;
	uint16_t port;
	enum session_state state;
	unsigned int users;
	char name[SESSION_NAME_MAX];
	const struct certificate *certificate;
	uint64_t changed;
	unsigned int failures;
	uv_timer_t *timer;
	void *exchange;
	struct session_address address;
	bool adopted;
	uint64_t packets;
	UT_hash_handle hh;
	UT_hash_handle hh_address;
};

/**
 * struct session_info - what "show crypto" tells; never a key
 * @algorithm: "aes-256-gcm", "chacha20-poly1305" or as IKE names it, or ""
 * @udp: ESP travels in UDP
 * @spi_in, @spi_out: host byte order, 0: no SA
 * @bytes_in, @bytes_out, @packets_in, @packets_out: of the SAs in use
 * @established: when the keys in use were made, ms of daemon_now()
 * @rekey: when they are renewed, ms of daemon_now(), 0: not by us
 */
struct session_info {
	char algorithm[64];
	bool udp;
	uint32_t spi_in, spi_out;
	uint64_t bytes_in, bytes_out, packets_in, packets_out;
	uint64_t established;
	uint64_t rekey;
};

/**
 * struct exchange_ops - a kind of key exchange
 * @unconfirmed: session_up() may come before the other node has the keys
 * @open: the interface is up: be ready to answer others. Return: state for
 *	  interface.exchange, or NULL after the reason was logged: the
 *	  interface then stays down.
 * @close: the interface is going away: free all, tell nobody, leave SAs and
 *	   policies in the kernel. Sessions are freed by the caller after it.
 * @moved: the interface's own NBMA address has changed
 * @start: make keys for a session; ends in session_admit() and session_up(),
 *	   or in session_down()
 * @stop: tell the other node, remove SAs and policy, free session.exchange.
 *	  Called for any state but IDLE; it is IDLE or freed afterwards.
 * @adopt: a session found in the kernel after a restart: its SAs may go on
 *	   carrying data; make new keys soon, then remove the old SAs. The
 *	   session is STARTING.
 * @info: fill what is known; all is zero before
 * @reload: files may have other contents now (revoked certificates, say), and
 *	    rekey times another value in interface->config; may be NULL
 * @counter: name and value of what happened so and so often to handshakes, or
 *	     NULL if there are fewer counters; may be NULL
 */
struct exchange_ops {
	bool unconfirmed;
	void *(*open)(struct interface *interface);
	void (*close)(struct interface *interface);
	void (*moved)(struct interface *interface);
	void (*start)(struct session *session);
	void (*stop)(struct session *session, const char *reason);
	void (*adopt)(struct session *session);
	void (*info)(const struct session *session, struct session_info *info);
	void (*reload)(struct interface *interface);
	const char *(*counter)(const struct interface *interface,
			       unsigned int which, uint64_t *value);
};

extern const struct exchange_ops native_ops;	/* native/native.c */
extern const struct exchange_ops ike_ops;	/* ike/ike.c */

/** session_key_exchange - the kind that a configuration asks for, or NULL */
const struct exchange_ops *
session_key_exchange(const struct config_interface *config);

/** session_state_name - "idle", "starting" or "up" */
const char *session_state_name(enum session_state state);

/* ---- for NHRP ---- */

/** session_find - by if_id, or NULL */
struct session *session_find(const struct interface *interface,
			     uint32_t if_id);

/** session_find_address - by where it is, or NULL; @port as in session_get() */
struct session *session_find_address(const struct interface *interface,
				     const struct nhrp_address *nbma,
				     uint16_t port);

/** session_default_port - of the key exchange of nodes that tell of no other */
uint16_t session_default_port(const struct interface *interface);

/**
 * session_get - the session with a node, made and started if need be
 * @nbma: its NBMA address
 * @port: UDP port of its key exchange, 0: the one that we use ourselves
 *
 * Does not count as a user of it. Return: the session, or NULL: too many, or
 * out of memory, which was logged.
 */
struct session *session_get(struct interface *interface,
			    const struct nhrp_address *nbma, uint16_t port);

/** session_hold - one more needs it; starts it if it is idle */
void session_hold(struct session *session);

/** session_release - one less */
void session_release(struct session *session);

/** session_covers - whether the node may claim all of @prefix */
bool session_covers(const struct session *session,
		    const struct nhrp_prefix *prefix);

/** session_endpoint - where the kernel's peer of the session is */
struct endpoint session_endpoint(const struct session *session);

/** session_adopt - a peer of this endpoint was found in the kernel */
struct session *session_adopt(struct interface *interface,
			      const struct endpoint *endpoint, uint16_t port);

/**
 * sessions_clear - give up keys; they are made anew where they are needed
 * @nbma: of those there, or NULL: of all
 *
 * Return: how many sessions that were.
 */
unsigned int sessions_clear(struct interface *interface,
			    const struct nhrp_address *nbma);

/** sessions_open - get ready: 0, or -1 if the interface can't be protected */
int sessions_open(struct interface *interface);

/** sessions_wake - the interface came up: start what is needed */
void sessions_wake(struct interface *interface);

/** sessions_moved - the interface has another NBMA address */
void sessions_moved(struct interface *interface);

/** sessions_reload - the configuration was read again */
void sessions_reload(struct interface *interface);

/** sessions_stop - leave the network: tell the others, remove all keys */
void sessions_stop(struct interface *interface, const char *reason);

/** sessions_close - forget all, here only; nobody may hold one any more */
void sessions_close(struct interface *interface);

/* ---- for the key exchange ---- */

/**
 * session_add - a node that we did not call has proven itself
 * @if_id: for its SAs, or 0: choose one
 *
 * Return: the session, STARTING, or NULL: too many, or out of memory.
 */
struct session *session_add(struct interface *interface,
			    const struct nhrp_address *nbma, uint16_t port,
			    uint32_t if_id);

/**
 * session_admit - the node has proven who it is; no key is installed yet
 * @name: of it
 * @certificate: what it may claim, or NULL: anything
 *
 * Whatever NHRP expects of this node must be covered by the certificate, or
 * what is expected of it is withdrawn; a server that is not who it should be
 * is refused. Return: false to refuse: call session_down() then.
 */
bool session_admit(struct session *session, const char *name,
		   const struct certificate *certificate);

/** session_up - its SAs and policy are in the kernel, also after a renewal */
void session_up(struct session *session);

/**
 * session_down - it has no keys, or none came; @reason in words
 *
 * SAs and policy are gone already, session.exchange is NULL. The session may
 * be freed on return.
 */
void session_down(struct session *session, const char *reason);

/**
 * session_moved - the node is seen at another address or port
 *
 * If @nbma differs its peer in the kernel becomes another one: call it when
 * the SAs for the new address are in place and those of the old still are.
 */
void session_moved(struct session *session, const struct nhrp_address *nbma,
		   uint16_t port);

#endif /* NHRPD_SESSION_H */
