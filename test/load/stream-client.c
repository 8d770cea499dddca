/* Holds many streams open at once and measures how long each chunk was on its way.
 *
 * usage: stream-client <port> <connections> <seconds> <warm-up seconds> <file with the raw HTTP request>
 *
 * Every connection of 127.0.0.1 sends the request, reads its chunked answer to the end, and starts again.
 * A chunk that holds "t":"<19 digits>" tells the monotonic nanoseconds at which the upstream wrote it; the
 * difference to now is its delay. Chunks of the warm-up are not counted.
 * Ends with one line of JSON; times are microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 65536, CARRY = 64, MAX_SAMPLES = 8000000 };

struct stream {
  int fd;
  size_t sent;
  uint64_t started;
  size_t carried;
  char carry[CARRY];
};

static const char *request;
static size_t request_size;
static int epoll_fd;
static struct sockaddr_in address;
static uint32_t *delays, *durations;
static size_t delay_count, duration_count, bad_answers, broken;
static uint64_t count_from;

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void keep(uint32_t *samples, size_t *count, uint64_t ns) {
  if (*count < MAX_SAMPLES) samples[(*count)++] = (uint32_t)(ns / 1000);
}

static void send_request(struct stream *s) {
  while (s->sent < request_size) {
    ssize_t n = write(s->fd, request + s->sent, request_size - s->sent);
    if (n < 0) {
      if (errno == EAGAIN || errno == ENOTCONN) return;
      broken++;
      return;
    }
    s->sent += (size_t)n;
  }
}

static void begin(struct stream *s) {
  s->sent = 0;
  s->carried = 0;
  s->started = now_ns();
  send_request(s);
}

static void open_stream(struct stream *s) {
  s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (s->fd < 0) fail("socket");
  int one = 1;
  setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(s->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) fail("connect");
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = s};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s->fd, &event) < 0) fail("epoll_ctl");
  s->sent = 0;
  s->carried = 0;
  s->started = now_ns();
}

/* Looks at what just came (with the end of what came before in front of it). 1: the answer is over. */
static int take(struct stream *s, char *text, size_t size, uint64_t now) {
  static const char mark[] = "\"t\":\"";
  char *at = text, *end = text + size, *used = text;
  while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) != NULL) {
    if (end - at < (long)sizeof mark - 1 + 19) break;
    uint64_t written = strtoull(at + sizeof mark - 1, NULL, 10);
    if (now >= count_from && now > written) keep(delays, &delay_count, now - written);
    at += sizeof mark - 1 + 19;
    used = at;
  }
  if (memmem(text, size, "HTTP/1.1 ", 9) == text && memcmp(text + 9, "200", 3) != 0) bad_answers++;
  int over = size >= 5 && memcmp(end - 5, "0\r\n\r\n", 5) == 0;
  size_t left = (size_t)(end - used);
  s->carried = over ? 0 : left < CARRY ? left : CARRY;
  memcpy(s->carry, end - s->carried, s->carried);
  return over;
}

static void receive(struct stream *s) {
  static char buffer[CARRY + READ_SIZE + 1];
  for (;;) {
    memcpy(buffer, s->carry, s->carried);
    ssize_t n = read(s->fd, buffer + s->carried, READ_SIZE);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      broken++;
      close(s->fd);
      open_stream(s);
      return;
    }
    uint64_t now = now_ns();
    size_t size = s->carried + (size_t)n;
    buffer[size] = '\0';
    if (take(s, buffer, size, now)) {
      if (now >= count_from) keep(durations, &duration_count, now - s->started);
      begin(s);
    }
  }
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static uint32_t percentile(uint32_t *samples, size_t count, double share) {
  if (count == 0) return 0;
  size_t at = (size_t)((double)count * share);
  return samples[at < count ? at : count - 1];
}

int main(int count, char **words) {
  if (count != 6) {
    fprintf(stderr, "usage: stream-client <port> <connections> <seconds> <warm-up> <request file>\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  struct rlimit limit = {.rlim_cur = 65536, .rlim_max = 65536};
  setrlimit(RLIMIT_NOFILE, &limit);

  FILE *file = fopen(words[5], "rb");
  if (file == NULL) fail(words[5]);
  static char text[1 << 20];
  request_size = fread(text, 1, sizeof text, file);
  request = text;
  fclose(file);

  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)atoi(words[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  size_t connections = (size_t)atoi(words[2]);
  uint64_t start = now_ns();
  count_from = start + (uint64_t)(atof(words[4]) * 1e9);
  uint64_t deadline = count_from + (uint64_t)(atof(words[3]) * 1e9);

  delays = malloc(sizeof *delays * MAX_SAMPLES);
  durations = malloc(sizeof *durations * MAX_SAMPLES);
  struct stream *streams = calloc(connections, sizeof *streams);
  epoll_fd = epoll_create1(0);
  if (delays == NULL || durations == NULL || streams == NULL || epoll_fd < 0) fail("start");

  size_t opened = 0;
  struct epoll_event events[512];
  while (now_ns() < deadline) {
    /* Opened a few at a time over half of the warm-up, so that no backlog overflows and phases spread. */
    uint64_t passed = now_ns() - start, ramp = (count_from - start) / 2 + 1;
    size_t due = passed >= ramp ? connections : (size_t)((double)connections * (double)passed / (double)ramp);
    while (opened < due) open_stream(&streams[opened++]);
    int ready = epoll_wait(epoll_fd, events, 512, 5);
    for (int i = 0; i < ready; i++) {
      struct stream *s = events[i].data.ptr;
      if ((events[i].events & EPOLLOUT) && s->sent < request_size) send_request(s);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(s);
    }
  }
  qsort(delays, delay_count, sizeof *delays, compare);
  qsort(durations, duration_count, sizeof *durations, compare);
  printf("{\"chunks\":%zu,\"streams\":%zu,\"delayP50\":%u,\"delayP99\":%u,\"delayMax\":%u,"
         "\"streamP50\":%u,\"streamP99\":%u,\"errors\":%zu}\n",
         delay_count, duration_count, percentile(delays, delay_count, 0.5), percentile(delays, delay_count, 0.99),
         percentile(delays, delay_count, 1), percentile(durations, duration_count, 0.5),
         percentile(durations, duration_count, 0.99), bad_answers + broken);
  return 0;
}
