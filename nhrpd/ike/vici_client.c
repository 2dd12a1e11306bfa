// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection to strongSwan. Commands are answered in the order they were
 * sent, so a list of those that wait is all that has to be kept; events come
 * in between. Anything that can't be understood ends the connection, and a
 * new one begins from scratch.
 */
#include "vici_client.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "timer.h"

#define RETRY_MAX 8000		/* ms between two tries to connect */
#define READ_SIZE 4096
#define ANSWER_TIME 60000	/* ms that an answer may take */

/**
 * struct waiting - a command or registration without an answer so far
 * @reply: gets the answer of a command, or NULL
 * @since: when it was sent, ms of uv_now()
 */
struct waiting {
	vici_reply reply;
	uint32_t tag;
	uint64_t since;
	struct waiting *prev, *next;
};

/**
 * struct connection - one connection
 * @pipe: the socket
 * @connect: of the pipe
 * @client: whose it is, NULL once given up
 * @waiting: in the order of their answers
 * @bytes: received and not handled, @filled of @size
 */
struct connection {
	uv_pipe_t pipe;
	uv_connect_t connect;
	struct vici_client *client;
	struct waiting *waiting;
	uint8_t *bytes;
	size_t filled, size;
};

/**
 * struct vici_client - see vici_client.h
 * @connection: the one in use or being made, or NULL
 * @connected: strongSwan has accepted it
 * @tries: to connect since it last worked
 * @timer: of the next try
 */
struct vici_client {
	uv_loop_t *loop;
	const char *path;
	const char *const *registered;
	const struct vici_client_events *events;
	void *context;
	struct connection *connection;
	bool connected;
	unsigned int tries;
	uv_timer_t *timer;
};

/** struct written - bytes on their way */
struct written {
	uv_write_t request;
	uint8_t bytes[];
};

/* ---- ending a connection ---- */

static void connection_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	struct waiting *waiting, *next;

	DL_FOREACH_SAFE(connection->waiting, waiting, next)
		free(waiting);
	free(connection->bytes);
	free(connection);
}

static void drop(struct vici_client *client)
{
	struct connection *connection = client->connection;

	client->connection = NULL;
	client->connected = false;
	if (!connection)
		return;
	connection->client = NULL;
	uv_close((uv_handle_t *)&connection->pipe, connection_closed);
}

static void fail(struct vici_client *client, const char *reason)
{
	drop(client);
	timer_set(client->timer, timer_backoff(++client->tries, RETRY_MAX));
	client->events->disconnected(client->context, reason);
}

/* ---- sending ---- */

static void bytes_written(uv_write_t *request, int error)
{
	struct connection *connection = request->handle->data;

	free(request->data);
	if (error && connection->client)
		fail(connection->client, uv_strerror(error));
}

/* Return: 0 or a negative errno as libuv has them. */
static int write_bytes(struct connection *connection, const void *bytes,
		       size_t length)
{
	struct written *written = malloc(sizeof(*written) + length);
	uv_buf_t part;
	int error;

	if (!written)
		return UV_ENOMEM;
	memcpy(written->bytes, bytes, length);
	written->request.data = written;
	part = uv_buf_init((char *)written->bytes, length);
	error = uv_write(&written->request, (uv_stream_t *)&connection->pipe,
			 &part, 1, bytes_written);
	if (error)
		free(written);
	return error;
}

static int post(struct connection *connection, struct vici_request *request,
		vici_reply reply, uint32_t tag)
{
	size_t length = vici_finish(request);
	struct waiting *waiting;
	int error;

	if (!length)
		return UV_E2BIG;
	waiting = calloc(1, sizeof(*waiting));
	if (!waiting)
		return UV_ENOMEM;
	error = write_bytes(connection, request->bytes, length);
	if (error) {
		free(waiting);
		return error;
	}
	waiting->reply = reply;
	waiting->tag = tag;
	waiting->since = uv_now(connection->client->loop);
	DL_APPEND(connection->waiting, waiting);
	return 0;
}

/* Looked at whenever there is more to say: nothing else would miss it. */
static bool is_hung(const struct connection *connection)
{
	const struct waiting *oldest = connection->waiting;

	return oldest && uv_now(connection->client->loop) - oldest->since >
			 ANSWER_TIME;
}

void vici_client_send(struct vici_client *client,
		      struct vici_request *request, vici_reply reply,
		      uint32_t tag)
{
	int error;

	if (!client->connected)
		return;
	if (is_hung(client->connection)) {
		fail(client, "does not answer");
		return;
	}
	error = post(client->connection, request, reply, tag);
	if (error)
		fail(client, uv_strerror(error));
}

/* ---- receiving ---- */

/* Return: whether somebody waited for this answer. */
static bool handle_answer(struct connection *connection, enum vici_type type,
			  struct vici_reader *message)
{
	struct waiting *waiting = connection->waiting;
	struct vici_client *client = connection->client;

	if (!waiting)
		return false;
	DL_DELETE(connection->waiting, waiting);
	if (waiting->reply)
		waiting->reply(client->context, waiting->tag,
			       type == VICI_RESPONSE ? message : NULL);
	free(waiting);
	return true;
}

static bool handle_packet(struct connection *connection, const uint8_t *bytes,
			  size_t length)
{
	struct vici_client *client = connection->client;
	struct vici_reader message;
	struct vici_string name;
	enum vici_type type;

	if (!vici_read_packet(&message, bytes, length, &type, &name))
		return false;
	switch (type) {
	case VICI_EVENT:
		client->events->event(client->context, &name, &message);
		return true;
	case VICI_RESPONSE:
	case VICI_REQUEST_UNKNOWN:
	case VICI_CONFIRM:
	case VICI_EVENT_UNKNOWN:
		return handle_answer(connection, type, &message);
	default:
		return false;
	}
}

static size_t packet_length(const uint8_t *bytes)
{
	struct nhrp_reader reader = { .bytes = bytes, .end = VICI_HEADER };

	return nhrp_read_u32(&reader);
}

/* A callback may end the connection, or free the client: then it is NULL. */
static void handle_bytes(struct connection *connection)
{
	size_t used = 0, length;

	while (connection->client && connection->filled - used >= VICI_HEADER) {
		length = packet_length(connection->bytes + used);
		if (length > VICI_PACKET_MAX) {
			fail(connection->client, "a packet too long");
			return;
		}
		if (connection->filled - used - VICI_HEADER < length)
			break;
		used += VICI_HEADER;
		if (!handle_packet(connection, connection->bytes + used,
				   length) && connection->client)
			fail(connection->client, "not understood");
		used += length;
	}
	if (!connection->client)
		return;
	connection->filled -= used;
	memmove(connection->bytes, connection->bytes + used,
		connection->filled);
}

/* Room for what comes next; none ends the connection. */
static void more_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
	struct connection *connection = handle->data;
	uint8_t *grown;

	(void)suggested;
	if (connection->size - connection->filled < READ_SIZE) {
		grown = realloc(connection->bytes,
				2 * connection->size + READ_SIZE);
		if (!grown) {
			*room = uv_buf_init(NULL, 0);
			return;
		}
		connection->bytes = grown;
		connection->size = 2 * connection->size + READ_SIZE;
	}
	*room = uv_buf_init((char *)connection->bytes + connection->filled,
			    connection->size - connection->filled);
}

static void bytes_read(uv_stream_t *stream, ssize_t count,
		       const uv_buf_t *buffer)
{
	struct connection *connection = stream->data;

	(void)buffer;
	if (!connection->client)
		return;
	if (count < 0) {
		fail(connection->client, count == UV_EOF ?
		     "it has ended" : uv_strerror(count));
		return;
	}
	connection->filled += count;
	handle_bytes(connection);
}

/* ---- connecting ---- */

static int begin(struct vici_client *client)
{
	struct connection *connection = client->connection;
	struct vici_request request;
	size_t i;
	int error;

	error = uv_read_start((uv_stream_t *)&connection->pipe, more_room,
			      bytes_read);
	for (i = 0; client->registered[i] && !error; i++) {
		vici_begin(&request, VICI_REGISTER, client->registered[i]);
		error = post(connection, &request, NULL, 0);
	}
	return error;
}

static void connect_ends(uv_connect_t *request, int error)
{
	struct connection *connection = request->handle->data;
	struct vici_client *client = connection->client;

	if (!client)
		return;
	if (!error)
		error = begin(client);
	if (error) {
		fail(client, uv_strerror(error));
		return;
	}
	client->connected = true;
	client->tries = 0;
	client->events->connected(client->context);
}

static void connect_now(uv_timer_t *timer)
{
	struct vici_client *client = timer->data;
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection) {
		fail(client, uv_strerror(UV_ENOMEM));
		return;
	}
	connection->client = client;
	client->connection = connection;
	uv_pipe_init(client->loop, &connection->pipe, 0);
	connection->pipe.data = connection;
	uv_pipe_connect(&connection->connect, &connection->pipe, client->path,
			connect_ends);
}

struct vici_client *vici_client_new(uv_loop_t *loop, const char *path,
				    const char *const *registered,
				    const struct vici_client_events *events,
				    void *context)
{
	struct vici_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->loop = loop;
	client->path = path;
	client->registered = registered;
	client->events = events;
	client->context = context;
	client->timer = timer_new(loop, connect_now, client);
	if (!client->timer) {
		free(client);
		return NULL;
	}
	timer_set(client->timer, 0);
	return client;
}

void vici_client_free(struct vici_client *client)
{
	if (!client)
		return;
	drop(client);
	timer_free(client->timer);
	free(client);
}

void vici_client_set_path(struct vici_client *client, const char *path,
			  bool changed)
{
	client->path = path;
	if (changed)
		fail(client, "another socket is used now");
}

bool vici_client_connected(const struct vici_client *client)
{
	return client->connected;
}
