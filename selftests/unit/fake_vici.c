// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_vici.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ike/vici.h"

#define ROUNDS 30

struct fake_vici fake_vici = { .answer = "success=yes" };

static uv_pipe_t *listener, *client;
static uint8_t received[65536];
static size_t filled;

/* ---- messages as text ---- */

static void render(struct vici_reader *reader, char *text, size_t size)
{
	/* An item has an empty name. */
	static const char *const formats[] = {
		[VICI_SECTION] = "%.*s { ",
		[VICI_SECTION_END] = "} ",
		[VICI_KEY] = "%.*s=%.*s ",
		[VICI_LIST] = "%.*s=[",
		[VICI_ITEM] = "%.*s%.*s,",
		[VICI_LIST_END] = "] ",
	};
	struct vici_item item;
	size_t used = 0;
	int name;

	*text = '\0';
	while (used < size && vici_next(reader, &item)) {
		name = (int)item.name.length;
		used += snprintf(text + used, size - used,
				 formats[item.element], name, item.name.bytes,
				 (int)item.value.length, item.value.bytes);
	}
	if (reader->reader.failed)
		abort();
}

static void add_list(struct vici_request *request, char *items)
{
	char *item;

	items[strlen(items) - 1] = '\0';
	while ((item = strsep(&items, ",")))
		vici_item(request, item);
	vici_list_end(request);
}

static void add_word(struct vici_request *request, char *word, bool section)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	if (!strcmp(word, "}")) {
		vici_section_end(request);
	} else if (section) {
		vici_section(request, word);
	} else if (value && *value == '[') {
		vici_list(request, word);
		add_list(request, value + 1);
	} else if (value) {
		vici_key(request, word, value);
	}
}

static void add_text(struct vici_request *request, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;

	while ((word = strsep(&rest, " ")))
		if (*word && strcmp(word, "{"))
			add_word(request, word, rest && *rest == '{');
	free(copy);
}

/* ---- the wire ---- */

static void written(uv_write_t *request, int error)
{
	(void)error;
	free(request->data);
	free(request);
}

void fake_vici_raw(const void *bytes, size_t length)
{
	uv_write_t *request = malloc(sizeof(*request));
	uv_buf_t part = uv_buf_init(malloc(length), length);

	memcpy(part.base, bytes, length);
	request->data = part.base;
	if (!client || uv_write(request, (uv_stream_t *)client, &part, 1,
				written))
		abort();
}

static void send_packet(enum vici_type type, const char *name,
			const char *text)
{
	struct vici_request request;
	size_t length;

	vici_begin(&request, type, name);
	add_text(&request, text);
	length = vici_finish(&request);
	if (!length)
		abort();
	fake_vici_raw(request.bytes, length);
}

void fake_vici_event(const char *name, const char *text)
{
	send_packet(VICI_EVENT, name, text);
}

static void note_command(const struct vici_string *name,
			 struct vici_reader *message)
{
	struct fake_command *command = &fake_vici.commands[fake_vici.count++];

	if (fake_vici.count > FAKE_COMMANDS)
		abort();
	vici_copy(name, command->name, sizeof(command->name));
	render(message, command->text, sizeof(command->text));
}

static const char *answer_to(const struct vici_string *command)
{
	return vici_equal(command, "get-conns") ? fake_vici.held :
						  fake_vici.answer;
}

static void handle(const uint8_t *bytes, size_t length)
{
	struct vici_reader message;
	struct vici_string name;
	enum vici_type type;
	const char *answer;

	if (!vici_read_packet(&message, bytes, length, &type, &name))
		abort();
	if (type == VICI_REGISTER) {
		fake_vici.registered++;
		send_packet(VICI_CONFIRM, NULL, "");
		return;
	}
	if (type != VICI_REQUEST)
		abort();
	note_command(&name, &message);
	if (fake_vici.hung)
		return;
	if (fake_vici.listed && vici_equal(&name, "list-sas"))
		fake_vici_event("list-sa", fake_vici.listed);
	answer = answer_to(&name);
	if (answer)
		send_packet(VICI_RESPONSE, NULL, answer);
	else
		send_packet(VICI_REQUEST_UNKNOWN, NULL, "");
}

static void room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	(void)handle;
	(void)suggested;
	*buffer = uv_buf_init((char *)received + filled,
			      sizeof(received) - filled);
}

static void close_now(uv_pipe_t **pipe)
{
	if (*pipe)
		uv_close((uv_handle_t *)*pipe, (uv_close_cb)free);
	*pipe = NULL;
	filled = 0;
}

static void arrived(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
	size_t length;

	(void)stream;
	(void)buffer;
	if (count < 0) {
		close_now(&client);
		return;
	}
	filled += count;
	while (filled >= VICI_HEADER) {
		length = VICI_HEADER + (received[2] << 8 | received[3]);
		if (filled < length)
			break;
		handle(received + VICI_HEADER, length - VICI_HEADER);
		filled -= length;
		memmove(received, received + length, filled);
	}
}

static void called(uv_stream_t *stream, int error)
{
	if (error)
		abort();
	close_now(&client);
	client = calloc(1, sizeof(*client));
	uv_pipe_init(stream->loop, client, 0);
	if (uv_accept(stream, (uv_stream_t *)client) ||
	    uv_read_start((uv_stream_t *)client, room, arrived))
		abort();
	fake_vici.connections++;
}

void fake_vici_start(uv_loop_t *loop, const char *path)
{
	unlink(path);
	listener = calloc(1, sizeof(*listener));
	uv_pipe_init(loop, listener, 0);
	if (uv_pipe_bind(listener, path) ||
	    uv_listen((uv_stream_t *)listener, 1, called))
		abort();
}

void fake_vici_stop(void)
{
	close_now(&client);
	close_now(&listener);
}

void fake_vici_run(uv_loop_t *loop)
{
	int i;

	for (i = 0; i < ROUNDS; i++)
		uv_run(loop, UV_RUN_NOWAIT);
}

const char *fake_vici_take(const char *name)
{
	static char text[sizeof(fake_vici.commands[0].text)];
	size_t i;

	for (i = 0; i < fake_vici.count; i++) {
		if (strcmp(fake_vici.commands[i].name, name))
			continue;
		strcpy(text, fake_vici.commands[i].text);
		fake_vici.count -= i + 1;
		memmove(fake_vici.commands, fake_vici.commands + i + 1,
			fake_vici.count * sizeof(fake_vici.commands[0]));
		return text;
	}
	return NULL;
}
