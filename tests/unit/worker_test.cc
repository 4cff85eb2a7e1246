#include "base/worker.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace asmforge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// What a worker with these limits says to one request.
Result<std::string> ask_once(const Worker::Serve& serve, const WorkerLimits& limits = {}) {
  AF_TRY(Worker worker, Worker::start(serve, limits));
  return worker.ask("request");
}

std::string ending(const Worker::Serve& serve, const WorkerLimits& limits = {}) {
  const auto reply = ask_once(serve, limits);
  return reply ? "answered: " + *reply : reply.error().what;
}

TEST(Worker, AnswersAndKeepsItsState) {
  int asked = 0;
  auto worker = Worker::start(
      [&asked](std::string_view request) { return std::string(request) + std::to_string(++asked); },
      {});
  ASSERT_TRUE(worker.has_value());
  EXPECT_EQ(*worker->ask("a"), "a1");
  EXPECT_EQ(*worker->ask("b"), "b2");
  EXPECT_EQ(asked, 0);  // it is another process
}

TEST(Worker, CarriesMegabytesBothWays) {
  auto worker = Worker::start([](std::string_view request) { return std::string(request); }, {});
  ASSERT_TRUE(worker.has_value());
  const std::string big(10'000'000, 'x');  // NOLINT(bugprone-string-constructor): large on purpose
  EXPECT_EQ(*worker->ask(big), big);
  EXPECT_EQ(*worker->ask(""), "");
}

TEST(Worker, ACrashIsOneSentence) {
  EXPECT_EQ(ending([](std::string_view) -> std::string {
              std::raise(SIGSEGV);
              return "";
            }),
            "crashed (SIGSEGV)");
  EXPECT_EQ(ending([](std::string_view) -> std::string { std::abort(); }), "crashed (SIGABRT)");
}

TEST(Worker, ExitRunsNoHandlerOfTheParent) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  static int written;
  written = fds[1];
  std::atexit([] { std::ignore = write(written, "x", 1); });
  EXPECT_EQ(ending([](std::string_view) -> std::string { std::exit(7); }), "gave up (status 103)");
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
  char byte = 0;
  EXPECT_EQ(read(fds[0], &byte, 1), -1);
}

TEST(Worker, TheDeadlineEndsIt) {
  WorkerLimits limits;
  limits.deadline = std::chrono::milliseconds(200);
  EXPECT_EQ(ending(
                [](std::string_view) -> std::string {
                  for (;;) pause();
                },
                limits),
            "was killed after 0.2 s");
}

TEST(Worker, ProcessorTimeIsLimited) {
  WorkerLimits limits;
  limits.cpu_seconds = 1;
  limits.deadline = std::chrono::seconds(60);
  EXPECT_EQ(ending(
                [](std::string_view) -> std::string {
                  for (std::atomic<unsigned> n = 0;;) ++n;
                },
                limits),
            "was stopped after 1 s of processor time");
}

// Maps pieces until the kernel refuses one; holds in every build, also under a
// sanitizer, whose shadow is many terabytes of address space that count as mapped.
TEST(Worker, AddressSpaceIsLimited) {
  constexpr std::size_t kPiece = 1 << 20;
  WorkerLimits limits;
  limits.memory_bytes = 64 * kPiece;
  const auto reply = ask_once(
      [](std::string_view) {
        int pieces = 0;
        while (pieces < 1000 &&
               mmap(nullptr, kPiece, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) {
          ++pieces;
        }
        return std::to_string(pieces);
      },
      limits);
  ASSERT_TRUE(reply.has_value()) << reply.error().what;
  const int pieces = std::stoi(*reply);
  // What the worker itself mapped since it started is in it too.
  EXPECT_GT(pieces, 48);
  EXPECT_LE(pieces, 64);
}

TEST(Worker, OutOfMemoryIsOneSentence) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  // The limit itself is proved above.
  GTEST_SKIP() << "a sanitizer's operator new ends the process itself, without the new handler";
#else
  WorkerLimits limits;
  limits.memory_bytes = 64 << 20;
  EXPECT_EQ(ending(
                [](std::string_view) -> std::string {
                  std::vector<std::string> all;
                  for (;;) all.emplace_back(1 << 20, 'x');
                },
                limits),
            "needed more than 64 MB");
#endif
}

TEST(Worker, CanOpenNoFileAndWriteNone) {
  EXPECT_EQ(ending([](std::string_view) -> std::string {
              return std::to_string(open("/etc/passwd", O_RDONLY));
            }),
            "answered: -1");
}

TEST(Worker, InheritsNoDescriptor) {
  const int ours = open("/etc/passwd", O_RDONLY);
  ASSERT_GE(ours, 0);
  EXPECT_EQ(ending([ours](std::string_view) -> std::string {
              return std::to_string(fcntl(ours, F_GETFD));
            }),
            ours == 3 ? "answered: 0" : "answered: -1");
  close(ours);
}

TEST(Worker, WhatItPrintsIsNotSeen) {
  testing::internal::CaptureStderr();
  std::ignore = ask_once([](std::string_view) -> std::string {
    std::fprintf(stderr, "noise from the worker\n");
    std::fflush(stderr);
    return "";
  });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Worker, AnAnswerWithoutEndIsRefused) {
  WorkerLimits limits;
  limits.reply_bytes = 1000;
  EXPECT_EQ(ending([](std::string_view) { return std::string(1001, 'x'); }, limits),
            "gave an answer without end");
}

TEST(Worker, AnErrorStays) {
  auto worker = Worker::start([](std::string_view) -> std::string { std::abort(); }, {});
  ASSERT_TRUE(worker.has_value());
  EXPECT_EQ(worker->ask("").error().what, worker->ask("").error().what);
}

TEST(Worker, IsReapedWithItsOwner) {
  pid_t process = 0;
  {
    auto worker = Worker::start([](std::string_view) { return std::string(); }, {});
    ASSERT_TRUE(worker.has_value());
    process = worker->process_id();
    ASSERT_EQ(kill(process, 0), 0);
  }
  EXPECT_EQ(kill(process, 0), -1);
}

TEST(Worker, DiesWhenItIsKilledFromOutside) {
  auto worker = Worker::start([](std::string_view) { return std::string("fine"); }, {});
  ASSERT_TRUE(worker.has_value());
  ASSERT_EQ(*worker->ask(""), "fine");
  kill(worker->process_id(), SIGKILL);
  EXPECT_EQ(worker->ask("").error().what, "crashed (SIGKILL)");
}

TEST(Worker, CanBeStartedWhileOtherThreadsAllocateAndPrint) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> others;
  others.reserve(3);
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&stop] {
      std::FILE* null = std::fopen("/dev/null", "w");
      AF_CHECK(null != nullptr);
      while (!stop) {
        const std::vector<std::string> junk(100, std::string(100, 'j'));
        std::fprintf(null, "%zu\n", junk.size());
      }
      std::fclose(null);
    });
  }
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(ending([](std::string_view) { return std::string(100'000, 'x').substr(0, 3); }),
              "answered: xxx");
  }
  stop = true;
  for (std::thread& other : others) other.join();
}

}  // namespace
}  // namespace asmforge
