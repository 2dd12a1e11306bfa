/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State of the native key exchange, shared by the files of this folder:
 *
 *	native.c	the interfaces and what NHRP asks for
 *	dispatch.c	datagrams, to whom they belong
 *	call.c		handshakes that we begin
 *	respond.c	handshakes that others begin
 *	association.c	what is kept of a node
 *	keys.c		SAs and policies of an association
 *	alive.c		silent nodes, NAT mappings
 *	kernel_event.c	what the kernel says of SAs
 *	refusal.c	counters, and lines in the log
 */
#ifndef NHRPD_NATIVE_PRIVATE_H
#define NHRPD_NATIVE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "credentials.h"
#include "handshake.h"
#include "hash.h"
#include "limit.h"
#include "mac.h"
#include "place.h"
#include "socket.h"
#include "xfrm.h"

/* What happened to handshakes. */
enum native_counter {
	NATIVE_ESTABLISHED,	/* handshakes that ended in keys */
	NATIVE_UNANSWERED,	/* handshakes of ours that nobody answered */
	NATIVE_COOKIES,		/* answered by a cookie only */
	NATIVE_LIMITED,		/* too many of one source, or in all */
	NATIVE_UNKNOWN,		/* in place of network.counters: native.unknown */
	NATIVE_STRANGER,	/* mac1 made with another psk or authority */
	NATIVE_FORGED,		/* not genuine, or replayed */
	NATIVE_CERTIFICATE,	/* certificate missing or not valid */
	NATIVE_REVOKED,
	NATIVE_IDENTITY,	/* not the node that it should be */
	NATIVE_COUNTERS,
};

struct association;
struct daemon;
struct interface;
struct response;
struct session;

/**
 * struct slot - an index that we gave away, and what it stands for
 * @index: the key, random, not 0
 * @response, @association: either one
 */
struct slot {
	uint32_t index;
	struct response *response;
	struct association *association;
	UT_hash_handle hh;
};

/** struct port - a UDP port that interfaces share */
struct port {
	uint16_t number;
	unsigned int users;
	struct native_socket *socket;
	struct port *prev, *next;
};

/**
 * struct native - the native key exchange of a daemon
 * @daemon: where it belongs
 * @xfrm: the kernel's SAs
 * @users: interfaces
 * @ports: list
 * @slots: hash table by index
 * @unproven: handshakes of addresses that anybody may have written
 * @proven: handshakes of addresses that sent us our cookie back
 * @secret: of our cookies
 * @second, @begun: initiations that came in the second that began then, ms
 * @found: SAs that were in the kernel when an interface came up, sorted by
 *	   if_id; read when the first session is adopted
 * @found_count, @found_room: of it
 * @found_valid: it was read
 * @refusals: hash table by source: what was logged of late
 * @unknown: datagrams of no interface, session or message
 */
struct native {
	struct daemon *daemon;
	struct xfrm *xfrm;
	unsigned int users;
	struct port *ports;
	struct slot *slots;
	struct limit unproven;
	struct limit proven;
	struct mac_secret secret;
	uint64_t second;
	unsigned int begun;
	struct xfrm_sa_id *found;
	size_t found_count, found_room;
	bool found_valid;
	struct refusal *refusals;
	uint64_t unknown;
};

/**
 * struct network - an interface with native protection; interface.exchange
 * @credentials: stay where they are when they are loaded again
 * @responses: hash table by the initiator's ephemeral key: handshakes of
 *	       others under way, oldest first
 * @timer: forgets the oldest of them
 * @associations: hash table by static public key of the other
 * @counters: what happened to handshakes
 */
struct network {
	struct native *native;
	struct interface *interface;
	struct credentials credentials;
	struct port *port;
	struct response *responses;
	uv_timer_t *timer;
	struct association *associations;
	uint64_t counters[NATIVE_COUNTERS];
};

/**
 * struct response - a handshake that another began
 * @own, @peer: both ends
 * @begun: when, ms
 * @bytes: our answer, for repeated initiations
 */
struct response {
	struct network *network;
	struct handshake handshake;
	struct slot *slot;
	struct place own, peer;
	uint64_t begun;
	uint8_t bytes[MESSAGE_MAX];
	size_t length;
	UT_hash_handle hh;
};

/**
 * struct keys - a pair of SAs; secrets of ESP are only in the kernel
 * @own, @peer: both ends
 * @initiator: who we were
 * @chacha, @udp, @behind_nat: as in struct handshake
 * @spi_in, @spi_out: host byte order
 * @has_in, @has_out: that SA is in the kernel
 * @slot: by which the other finds them
 * @remote_index: by which we do
 * @sealed: channel of control messages
 * @established: when both SAs were there, ms
 * @finish: hash of the message that the confirmation answers
 * @confirm: the confirmation, to be repeated; of the responder only
 */
struct keys {
	struct place own, peer;
	bool initiator;
	bool chacha, udp, behind_nat;
	uint32_t spi_in, spi_out;
	bool has_in, has_out;
	struct slot *slot;
	uint32_t remote_index;
	struct sealed sealed;
	uint64_t established;
	uint8_t finish[NOISE_HASH];
	uint8_t confirm[MESSAGE_CONTROL_SIZE];
};

/**
 * struct call - a handshake that we began
 * @own, @peer: both ends
 * @begun: when this message was first sent, ms
 * @tries: how often it was sent
 * @cookie_try: at which of these the node last asked for a cookie, 0: never
 * @bytes: the message to repeat: initiation, or finish if there are @keys
 * @keys: what comes of it, NULL before the response; only the inbound SA is
 *	  in the kernel
 * @out: key of the outbound SA, until it is confirmed
 */
struct call {
	struct handshake handshake;
	struct slot *slot;
	struct place own, peer;
	uint64_t begun;
	unsigned int tries;
	unsigned int cookie_try;
	uint8_t bytes[MESSAGE_MAX];
	size_t length;
	struct keys *keys;
	uint8_t out[XFRM_KEY_SIZE];
};

/**
 * struct old_sa - an SA that is going to be removed
 * @id: the SA
 * @outbound: its policy goes with it, if that is of other addresses by now
 * @when: ms
 */
struct old_sa {
	struct xfrm_sa_id id;
	bool outbound;
	uint64_t when;
	struct old_sa *prev, *next;
};

/**
 * struct association - what is kept of a node; session.exchange
 * @known: it has proven itself before: @static_key, and @certificate if the
 *	   network has any
 * @call: handshake of ours under way, or NULL
 * @keys: in use, or NULL
 * @old: list of SAs to be removed
 * @cookie, @cookied: what it wants to see in mac2, and since when, ms, 0: no
 * @call_timer: repeats what @call has sent, or begins a call
 * @rekey_timer: when @keys get old
 * @rekey: when it ends, ms
 * @alive_timer: see alive.c
 * @old_timer: when the next of @old is removed
 * @packets_in, @packets_out: of both SAs when they were last looked at;
 *			       without @keys, of the inbound ones of @old
 * @heard: when @packets_in had last changed, ms
 * @kept: when a NAT mapping was last kept, ms
 * @probes: sent since something was heard
 */
struct association {
	struct network *network;
	struct session *session;
	bool known;
	uint8_t static_key[NOISE_KEY];
	struct certificate *certificate;
	struct call *call;
	struct keys *keys;
	struct old_sa *old;
	uint8_t cookie[MAC_COOKIE];
	uint64_t cookied;
	uv_timer_t *call_timer;
	uv_timer_t *rekey_timer;
	uint64_t rekey;
	uv_timer_t *alive_timer;
	uv_timer_t *old_timer;
	uint64_t packets_in, packets_out;
	uint64_t heard;
	uint64_t kept;
	unsigned int probes;
	UT_hash_handle hh;
};

/* ---- native.c ---- */

/** network_of - of an interface, NULL if it has none or is not up */
struct network *network_of(const struct interface *interface);

/** network_place - where an interface is */
struct place network_place(const struct network *network);

/** network_send - send a datagram */
void network_send(struct network *network, const struct place *own,
		  const struct place *peer, const uint8_t *bytes,
		  size_t length);

/** native_now - ms */
uint64_t native_now(const struct native *native);

/* ---- dispatch.c ---- */

void dispatch(void *context, const struct datagram *datagram);

/** slot_add - a fresh index, or NULL */
struct slot *slot_add(struct native *native);
void slot_remove(struct native *native, struct slot *slot);

/* ---- call.c ---- */

/**
 * call_begin - begin a handshake now, unless one is under way
 * @peer: whom to call; NULL: where NHRP knows the node
 */
void call_begin(struct association *association, const struct place *peer);

/** call_again - the same, and what is under way is forgotten */
void call_again(struct association *association);

/** call_soon - the same after up to @delay ms */
void call_soon(struct association *association, uint64_t delay);

/** call_send - send what it is about, once more */
void call_send(struct association *association);

/** call_end - forget the handshake; its SA goes, too; none is allowed */
void call_end(struct association *association);

/** call_precedes - whether our handshake is to be kept, not theirs */
bool call_precedes(const struct association *association,
		   const struct handshake *theirs);

void call_timer(uv_timer_t *timer);
void call_response(struct association *association,
		   const struct datagram *datagram,
		   const struct message *message);
void call_cookie(struct association *association,
		 const struct message *message);
void call_confirmed(struct association *association);

/* ---- respond.c ---- */

void respond_initiation(struct network *network,
			const struct datagram *datagram,
			const struct message *message);
void respond_finish(struct response *response, const struct datagram *datagram,
		    const struct message *message);

/** respond_again - a finish came once more */
void respond_again(struct association *association,
		   const struct message *message);

void response_free(struct response *response);
void respond_timer(uv_timer_t *timer);

/* ---- association.c ---- */

/** association_of - of a session, made if need be; NULL without memory */
struct association *association_of(struct session *session);

/** association_know - it has proven that it is who @handshake says */
void association_know(struct association *association,
		      const struct handshake *handshake);

/**
 * association_is - whether it may be who @handshake says
 *
 * True as well if it is not known.
 */
bool association_is(const struct association *association,
		    const struct handshake *handshake);

/**
 * association_admit - ask NHRP whether it may be who @handshake says
 *
 * Return: false: the association is gone.
 */
bool association_admit(struct association *association,
		       const struct handshake *handshake);

/** association_place - tell NHRP where the node is, if that is news */
void association_place(struct association *association);

/** association_say - send it a sealed message; there must be keys */
void association_say(struct association *association, enum sealed_kind kind);

/** association_free - leave the kernel as it is */
void association_free(struct association *association);

/** association_remove - with its SAs and policy; tell the other */
void association_remove(struct association *association);

/** association_down - the same, and tell NHRP; never use it afterwards */
void association_down(struct association *association, const char *reason);

/* ---- keys.c ---- */

/** keys_make - from a handshake; nothing is in the kernel yet */
struct keys *keys_make(const struct handshake *handshake,
		       const struct place *own, const struct place *peer);

/** keys_add_in, keys_add_out - put an SA into the kernel: 0 or -1, logged */
int keys_add_in(struct association *association, struct keys *keys,
		const uint8_t key[XFRM_KEY_SIZE]);
int keys_add_out(struct association *association, struct keys *keys,
		 const uint8_t key[XFRM_KEY_SIZE]);

/**
 * keys_use - from now on use @keys, both SAs of which are there
 *
 * The old outbound SA goes soon, the old inbound one later. Return: 0, or -1
 * if there is no policy, which was logged.
 */
int keys_use(struct association *association, struct keys *keys);

/**
 * How long an inbound SA stays that is not needed any more, ms. As responder we
 * do not know whether our confirmation has arrived, and that the other sends by
 * its successor, until the other gives up.
 */
#define KEYS_LINGER 5000
#define KEYS_LINGER_UNCONFIRMED 35000

/** keys_set_policies - set again what should be there, logged if refused */
void keys_set_policies(const struct association *association);

/** keys_let_linger - remove the inbound SA of @keys, but @linger ms later */
void keys_let_linger(struct association *association, struct keys *keys,
		     uint64_t linger);

/** keys_remove - from the kernel; free them */
void keys_remove(struct association *association, struct keys *keys);

/** keys_free - only here */
void keys_free(struct network *network, struct keys *keys);

/** keys_find_old - SAs that were in the kernel before us */
void keys_find_old(struct association *association);

/** keys_remove_old - all of them, now */
void keys_remove_old(struct association *association);

/** keys_old_are_receiving - whether they did since this was last asked */
bool keys_old_are_receiving(struct association *association);

void keys_old_timer(uv_timer_t *timer);

/* ---- alive.c ---- */

/** alive_start - new keys are in use */
void alive_start(struct association *association);

/** alive_heard - the other is there */
void alive_heard(struct association *association);

/** alive_is_receiving - whether something came in since the last look */
bool alive_is_receiving(struct association *association);

void alive_timer(uv_timer_t *timer);

/* ---- kernel_event.c ---- */

extern const struct xfrm_events kernel_events;

/** kernel_peer_moved - the other is seen at another place */
void kernel_peer_moved(struct association *association,
		       const struct place *peer);

/* ---- refusal.c ---- */

void network_count(struct network *network, enum native_counter counter);

/** native_counter - see struct exchange_ops */
const char *native_counter(const struct interface *interface,
			   unsigned int which, uint64_t *value);

/**
 * refuse - count, and log once in a while for each source
 * @what, @reason: in words, constant; the latter may be NULL
 */
void refuse(struct network *network, enum native_counter counter,
	    const struct place *source, const char *what, const char *reason);

/** refuse_handshake - the same for the result of a handshake */
void refuse_handshake(struct network *network,
		      const struct handshake *handshake,
		      enum handshake_result result,
		      const struct place *source);

void refusals_clear(struct native *native);

#endif /* NHRPD_NATIVE_PRIVATE_H */
