// A long link between two network namespaces, in user space, for kernels without netem: two TAP devices, and frames carried
// from each to the other with a delay, a rate, a queue in front of the bottleneck (tail drop) and random loss.
//
//   link NS_A DEVICE_A NS_B DEVICE_B DELAY_US RATE_KBIT QUEUE_BYTES LOSS_PPM SEED
//
// The delay is one way; a rate of 0 is none. Each direction has its own bottleneck and queue. Prints "ready" on standard
// output when both devices are there, and on SIGTERM or SIGINT what it carried, as one line of JSON.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define FRAME_MAX 1522          // Ethernet at an MTU of 1500, with a VLAN tag
#define FRAMES_MAX (1 << 17)    // on the way in one direction; memory is taken as they are used
#define READS_PER_TURN 64       // so that one direction cannot starve the other

struct frame {
    int64_t due;
    uint32_t size;
    uint8_t bytes[FRAME_MAX];
};

struct direction {
    int from, to;
    struct frame *frames; // a ring
    uint32_t head, count;
    int64_t free_at; // when the bottleneck has sent what it has
    uint64_t carried, lost, overflowed, bytes;
};

struct terms {
    int64_t delay;        // ns
    double nanos_per_byte; // 0: no bottleneck
    int64_t queue;        // bytes
    uint32_t loss;        // per million
    uint64_t random;
};

static volatile sig_atomic_t stopped;

static void stop(int signal) {
    (void)signal;
    stopped = 1;
}

static void die(const char *what) {
    fprintf(stderr, "link: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

// A TAP device belongs to the namespace that its maker was in; its file descriptor works from anywhere.
static int tap(const char *namespace, const char *device) {
    char path[128];
    snprintf(path, sizeof path, "/var/run/netns/%s", namespace);
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET) < 0) die(path);
    close(ns);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) die("/dev/net/tun");
    struct ifreq request = {0};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &request) < 0) die(device);
    return fd;
}

static struct direction direction(int from, int to) {
    struct direction d = {.from = from, .to = to};
    d.frames = mmap(NULL, sizeof(struct frame) * FRAMES_MAX, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (d.frames == MAP_FAILED) die("memory");
    return d;
}

// xorshift64: good enough for loss, and the same seed loses the same frames of the same sequence.
static uint64_t draw(struct terms *t) {
    t->random ^= t->random << 13;
    t->random ^= t->random >> 7;
    t->random ^= t->random << 17;
    return t->random;
}

static void take(struct direction *d, struct terms *t) {
    for (int i = 0; i < READS_PER_TURN; i++) {
        struct frame *f = &d->frames[(d->head + d->count) % FRAMES_MAX];
        uint8_t spill[FRAME_MAX];
        int full = d->count == FRAMES_MAX;
        ssize_t size = read(d->from, full ? spill : f->bytes, FRAME_MAX);
        if (size <= 0) return;
        if (t->loss && draw(t) % 1000000 < t->loss) {
            d->lost++;
            continue;
        }
        int64_t time = now();
        int64_t start = d->free_at > time ? d->free_at : time;
        int64_t waiting = t->nanos_per_byte > 0 ? (int64_t)((start - time) / t->nanos_per_byte) : 0;
        if (full || (t->nanos_per_byte > 0 && waiting + size > t->queue)) {
            d->overflowed++;
            continue;
        }
        d->free_at = start + (int64_t)(size * t->nanos_per_byte);
        f->due = d->free_at + t->delay;
        f->size = size;
        d->count++;
    }
}

// Hands over what is due; says when the next is, or -1.
static int64_t give(struct direction *d) {
    while (d->count > 0) {
        struct frame *f = &d->frames[d->head];
        if (f->due > now()) return f->due;
        // a device that is down takes nothing, as a cable that is unplugged
        if (write(d->to, f->bytes, f->size) < 0 && errno != EIO && errno != EAGAIN && errno != ENOBUFS) die("write");
        d->carried++;
        d->bytes += f->size;
        d->head = (d->head + 1) % FRAMES_MAX;
        d->count--;
    }
    return -1;
}

static void report(const char *name, struct direction *d, const char *after) {
    printf("\"%s\": {\"frames\": %llu, \"bytes\": %llu, \"lost\": %llu, \"overflowed\": %llu}%s", name,
           (unsigned long long)d->carried, (unsigned long long)d->bytes, (unsigned long long)d->lost,
           (unsigned long long)d->overflowed, after);
}

int main(int count, char **args) {
    if (count != 10) {
        fprintf(stderr, "usage: link NS_A DEVICE_A NS_B DEVICE_B DELAY_US RATE_KBIT QUEUE_BYTES LOSS_PPM SEED\n");
        return 2;
    }
    double rate = atof(args[6]);
    struct terms terms = {
        .delay = atoll(args[5]) * 1000,
        .nanos_per_byte = rate > 0 ? 8e6 / rate : 0,
        .queue = atoll(args[7]),
        .loss = atoi(args[8]),
        .random = (strtoull(args[9], NULL, 10) + 1) * 0x9E3779B97F4A7C15ULL,
    };
    struct sigaction action = {.sa_handler = stop};
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, &before); // but while waiting, so that none comes between the look and the wait
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    int a = tap(args[1], args[2]), b = tap(args[3], args[4]);
    struct direction there = direction(a, b), back = direction(b, a);
    printf("ready\n");
    fflush(stdout);
    while (!stopped) {
        int64_t x = give(&there), y = give(&back);
        int64_t next = x < 0 ? y : y < 0 ? x : x < y ? x : y;
        struct timespec wait = {0};
        if (next >= 0) {
            int64_t left = next - now();
            if (left < 0) left = 0;
            wait.tv_sec = left / SECOND;
            wait.tv_nsec = left % SECOND;
        }
        struct pollfd ready[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
        if (ppoll(ready, 2, next < 0 ? NULL : &wait, &before) < 0 && errno != EINTR) die("poll");
        if (ready[0].revents) take(&there, &terms);
        if (ready[1].revents) take(&back, &terms);
    }
    printf("{");
    report("there", &there, ", ");
    report("back", &back, "}\n");
    return 0;
}
