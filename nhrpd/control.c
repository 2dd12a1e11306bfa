// SPDX-License-Identifier: GPL-2.0-or-later
#include "control.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utlist.h>
#include <uv.h>

#include "command.h"
#include "daemon.h"
#include "log.h"
#include "monitor.h"

/* More clients than an operator, some monitors and an exporter need. */
#define CLIENTS_MAX 64

/* Room for a command and its newline. */
#define LINE_SIZE 4096

/**
 * struct control_client - one connection
 * @pipe: the connection
 * @control: where it belongs
 * @may_change: not restricted to looking
 * @leaving: to be closed when all is written
 * @filled: bytes in @line
 * @line: what was received and not handled
 * @monitor: its subscription to events, or NULL
 */
struct control_client {
	uv_pipe_t pipe;
	struct control *control;
	bool may_change;
	bool leaving;
	size_t filled;
	char line[LINE_SIZE];
	struct monitor *monitor;
	struct control_client *prev, *next;
};

struct control {
	uv_pipe_t pipe;
	struct daemon *daemon;
	struct control_client *clients;
	unsigned int client_count;
	bool stopped;
};

/** struct line_write - a line on its way to a client */
struct line_write {
	uv_write_t request;
	struct json_object *object;
};

static void free_if_unused(struct control *control)
{
	if (control->stopped && !control->client_count)
		free(control);
}

static void client_closed(uv_handle_t *handle)
{
	struct control_client *client = handle->data;
	struct control *control = client->control;

	control->client_count--;
	free(client);
	free_if_unused(control);
}

static void client_close(struct control_client *client)
{
	if (uv_is_closing((uv_handle_t *)&client->pipe))
		return;
	monitor_stop(client->monitor);
	client->monitor = NULL;
	DL_DELETE(client->control->clients, client);
	uv_close((uv_handle_t *)&client->pipe, client_closed);
}

struct daemon *control_daemon(const struct control_client *client)
{
	return client->control->daemon;
}

bool control_may_change(const struct control_client *client)
{
	return client->may_change;
}

size_t control_queued(const struct control_client *client)
{
	return uv_stream_get_write_queue_size(
		(const uv_stream_t *)&client->pipe);
}

bool control_subscribe(struct control_client *client)
{
	if (!client->monitor)
		client->monitor = monitor_start(client);
	return client->monitor;
}

static void handle_lines(struct control_client *client);

static void line_written(uv_write_t *request, int error)
{
	struct line_write *line = request->data;
	struct control_client *client = request->handle->data;

	json_object_put(line->object);
	free(line);
	if (control_queued(client))
		return;
	if (error || client->leaving)
		client_close(client);
	else if (client->monitor)
		monitor_drained(client->monitor);
	else
		handle_lines(client);
}

void control_send(struct control_client *client, struct json_object *object)
{
	struct line_write *line = malloc(sizeof(*line));
	uv_buf_t parts[2] = { [1] = uv_buf_init("\n", 1) };
	size_t length;
	int error = UV_ENOMEM;

	if (line) {
		line->object = object;
		line->request.data = line;
		parts[0].base = (char *)json_object_to_json_string_length(
			object, JSON_C_TO_STRING_PLAIN |
			JSON_C_TO_STRING_NOSLASHESCAPE, &length);
		parts[0].len = length;
		error = uv_write(&line->request, (uv_stream_t *)&client->pipe,
				 parts, 2, line_written);
	}
	if (error) {
		json_object_put(object);
		free(line);
		client_close(client);
	}
}

static void handle_line(struct control_client *client, const char *line)
{
	struct json_object *request = json_tokener_parse(line);

	control_send(client, command_run(client, request));
	json_object_put(request);
}

/* Not while an answer is on its way, and not when there is no more to say. */
static bool may_handle(const struct control_client *client)
{
	return !uv_is_closing((const uv_handle_t *)&client->pipe) &&
	       !client->monitor && !client->leaving && !control_queued(client);
}

static void refuse_long_line(struct control_client *client)
{
	client->leaving = true;
	control_send(client, command_error("a command has at most %d bytes",
					   LINE_SIZE - 1));
}

/* Room for what comes next; a monitor's input goes nowhere. */
static void line_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
	struct control_client *client = handle->data;

	(void)suggested;
	if (client->monitor)
		client->filled = 0;
	*room = uv_buf_init(client->line + client->filled,
			    sizeof(client->line) - client->filled);
}

static void line_read(uv_stream_t *stream, ssize_t length,
		      const uv_buf_t *room)
{
	struct control_client *client = stream->data;

	(void)room;
	if (length < 0) {
		client_close(client);
		return;
	}
	client->filled += length;
	handle_lines(client);
}

/*
 * Handle the lines that are complete, but each only when the answer to the one
 * before is written, and read no more until then: a client that sends and does
 * not read costs one answer.
 */
static void handle_lines(struct control_client *client)
{
	char *end;

	while (may_handle(client) &&
	       (end = memchr(client->line, '\n', client->filled))) {
		char line[LINE_SIZE];
		size_t length = end + 1 - client->line;

		*end = '\0';
		memcpy(line, client->line, length);
		client->filled -= length;
		memmove(client->line, end + 1, client->filled);
		handle_line(client, line);
	}
	if (may_handle(client) && client->filled == sizeof(client->line))
		refuse_long_line(client);
	if (may_handle(client) || client->monitor)
		uv_read_start((uv_stream_t *)&client->pipe, line_room,
			      line_read);
	else
		uv_read_stop((uv_stream_t *)&client->pipe);
}

/* Whether the other side is root or runs as we do. */
static bool is_trusted(uv_pipe_t *pipe)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)pipe, &fd) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return false;
	return peer.uid == 0 || peer.uid == geteuid();
}

static void client_connects(uv_stream_t *stream, int error)
{
	struct control *control = stream->data;
	struct control_client *client = error ? NULL :
					calloc(1, sizeof(*client));

	if (!client)
		return;
	uv_pipe_init(control->daemon->loop, &client->pipe, 0);
	client->pipe.data = client;
	client->control = control;
	control->client_count++;
	DL_APPEND(control->clients, client);
	if (uv_accept(stream, (uv_stream_t *)&client->pipe) ||
	    control->client_count > CLIENTS_MAX) {
		client_close(client);
		return;
	}
	client->may_change = is_trusted(&client->pipe);
	handle_lines(client);
}

/* Whether somebody listens at @address; a name left over is removed. */
static bool is_taken(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool taken = !connect(fd, (const struct sockaddr *)address,
			      sizeof(*address));

	if (!taken && errno == ECONNREFUSED)
		unlink(address->sun_path);
	if (fd >= 0)
		close(fd);
	return taken;
}

static void make_directory(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];

	strcpy(copy, path);
	mkdir(dirname(copy), 0755);
}

/* Return: 0, or a negative errno as libuv has them. */
static int listen_at(struct control *control, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int error;

	if (strlen(path) >= sizeof(address.sun_path))
		return UV_ENAMETOOLONG;
	strcpy(address.sun_path, path);
	make_directory(path);
	if (is_taken(&address))
		return UV_EADDRINUSE;
	mask = umask(0117);
	error = uv_pipe_bind(&control->pipe, path);
	umask(mask);
	if (!error)
		error = uv_listen((uv_stream_t *)&control->pipe, CLIENTS_MAX,
				  client_connects);
	return error;
}

static void listener_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;

	control->stopped = true;
	free_if_unused(control);
}

struct control *control_start(struct daemon *daemon, const char *path)
{
	struct control *control = calloc(1, sizeof(*control));
	int error;

	if (!control) {
		log_error("control socket: out of memory");
		return NULL;
	}
	/* A client that goes away is an error of one write, not the end. */
	signal(SIGPIPE, SIG_IGN);
	control->daemon = daemon;
	uv_pipe_init(daemon->loop, &control->pipe, 0);
	control->pipe.data = control;
	error = listen_at(control, path);
	if (error) {
		log_error("control socket %s: %s", path,
			  error == UV_EADDRINUSE ? "another nhrpd listens" :
			  uv_strerror(error));
		control_stop(control);
		return NULL;
	}
	return control;
}

void control_stop(struct control *control)
{
	struct control_client *client, *next;

	if (!control)
		return;
	DL_FOREACH_SAFE(control->clients, client, next)
		client_close(client);
	/* This unlinks the socket's name, too. */
	uv_close((uv_handle_t *)&control->pipe, listener_closed);
}
