#include "bench/machine.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/machine.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <thread>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace regio::bench {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Sixteen independent chains: more than any machine's latency times width.
template <class Number>
double multiply_adds(std::int64_t rounds) {
  hn::ScalableTag<Number> const lanes;
  auto const factor = hn::Set(lanes, static_cast<Number>(0.999999)), term = hn::Set(lanes, static_cast<Number>(1e-7));
  // Different starts: equal chains would be computed once.
  auto const start = [&](int chain) HWY_ATTR { return hn::Iota(lanes, static_cast<Number>(8 * chain)); };
  auto a0 = start(0), a1 = start(1), a2 = start(2), a3 = start(3), a4 = start(4), a5 = start(5), a6 = start(6);
  auto a7 = start(7), b0 = start(8), b1 = start(9), b2 = start(10), b3 = start(11), b4 = start(12), b5 = start(13);
  auto b6 = start(14), b7 = start(15);
  for (std::int64_t round = 0; round < rounds; ++round) {
    a0 = hn::MulAdd(a0, factor, term);
    a1 = hn::MulAdd(a1, factor, term);
    a2 = hn::MulAdd(a2, factor, term);
    a3 = hn::MulAdd(a3, factor, term);
    a4 = hn::MulAdd(a4, factor, term);
    a5 = hn::MulAdd(a5, factor, term);
    a6 = hn::MulAdd(a6, factor, term);
    a7 = hn::MulAdd(a7, factor, term);
    b0 = hn::MulAdd(b0, factor, term);
    b1 = hn::MulAdd(b1, factor, term);
    b2 = hn::MulAdd(b2, factor, term);
    b3 = hn::MulAdd(b3, factor, term);
    b4 = hn::MulAdd(b4, factor, term);
    b5 = hn::MulAdd(b5, factor, term);
    b6 = hn::MulAdd(b6, factor, term);
    b7 = hn::MulAdd(b7, factor, term);
  }
  auto const a = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
  auto const b = hn::Add(hn::Add(hn::Add(b0, b1), hn::Add(b2, b3)), hn::Add(hn::Add(b4, b5), hn::Add(b6, b7)));
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(lanes, hn::Add(a, b))));
}

double multiply_adds_fp64(std::int64_t rounds) { return multiply_adds<double>(rounds); }
double multiply_adds_fp32(std::int64_t rounds) { return multiply_adds<float>(rounds); }
std::int64_t lanes_fp64() { return static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<double>())); }

/// Sum of numbers[0, count), count a multiple of 64, with `streams` regions read side by side.
template <int Streams>
double read_streams(double const* numbers, std::int64_t count) {
  hn::ScalableTag<double> const lanes;
  auto const width = static_cast<std::int64_t>(hn::Lanes(lanes));
  std::int64_t const region = count / Streams / (4 * width) * (4 * width);
  auto s0 = hn::Zero(lanes), s1 = s0, s2 = s0, s3 = s0;
  for (std::int64_t i = 0; i < region; i += 4 * width) {
    for (int stream = 0; stream < Streams; ++stream) {
      double const* const p = numbers + stream * region + i;
      s0 = hn::Add(s0, hn::LoadU(lanes, p));
      s1 = hn::Add(s1, hn::LoadU(lanes, p + width));
      s2 = hn::Add(s2, hn::LoadU(lanes, p + 2 * width));
      s3 = hn::Add(s3, hn::LoadU(lanes, p + 3 * width));
    }
  }
  return hn::GetLane(hn::SumOfLanes(lanes, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
}

double read_one_stream(double const* numbers, std::int64_t count) { return read_streams<1>(numbers, count); }
double read_two_streams(double const* numbers, std::int64_t count) { return read_streams<2>(numbers, count); }
double read_four_streams(double const* numbers, std::int64_t count) { return read_streams<4>(numbers, count); }
double read_eight_streams(double const* numbers, std::int64_t count) { return read_streams<8>(numbers, count); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace regio::bench
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio::bench {
namespace {

HWY_EXPORT(multiply_adds_fp64);
HWY_EXPORT(multiply_adds_fp32);
HWY_EXPORT(lanes_fp64);
HWY_EXPORT(read_one_stream);
HWY_EXPORT(read_two_streams);
HWY_EXPORT(read_four_streams);
HWY_EXPORT(read_eight_streams);

/// Keeps results from being optimised away.
double volatile sink = 0;

/// Seconds that body(thread) takes on all threads at once.
template <class Body>
double seconds_on_threads(int threads, Body const& body) {
  double const started = now();
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back([&body, t] { body(t); });
  body(0);
  for (std::thread& other : others) other.join();
  return now() - started;
}

template <class MultiplyAdds>
double peak_flops(int threads, int repeats, std::int64_t lanes, MultiplyAdds const& multiply_adds) {
  constexpr std::int64_t rounds = 400'000;  // a millisecond: some rounds then meet no other work
  double best = 0;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    double const seconds = seconds_on_threads(threads, [&](int) { sink = sink + multiply_adds(rounds); });
    best = std::max(best, static_cast<double>(threads) * static_cast<double>(rounds * lanes) * 16 * 2 / seconds);
  }
  return best;
}

}  // namespace

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double core_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double peak_flops_fp64(int threads, int repeats) {
  return peak_flops(threads, repeats, HWY_DYNAMIC_DISPATCH(lanes_fp64)(),
                    [](std::int64_t rounds) { return HWY_DYNAMIC_DISPATCH(multiply_adds_fp64)(rounds); });
}

double peak_flops_fp32(int threads, int repeats) {
  return peak_flops(threads, repeats, 2 * HWY_DYNAMIC_DISPATCH(lanes_fp64)(),
                    [](std::int64_t rounds) { return HWY_DYNAMIC_DISPATCH(multiply_adds_fp32)(rounds); });
}

double read_bandwidth(std::size_t bytes, int threads, int repeats) {
  auto const each = static_cast<std::int64_t>(bytes / sizeof(double)) / threads / 256 * 256;
  std::vector<double> const numbers(static_cast<std::size_t>(each * threads), 1.0);
  double const* const data = numbers.data();
  using Loop = double (*)(double const*, std::int64_t);
  Loop const loops[] = {HWY_DYNAMIC_DISPATCH(read_one_stream), HWY_DYNAMIC_DISPATCH(read_two_streams),
                        HWY_DYNAMIC_DISPATCH(read_four_streams), HWY_DYNAMIC_DISPATCH(read_eight_streams)};
  // Small sets are read again and again, so that a measurement is long beside starting the threads.
  auto const passes = std::max<std::int64_t>(1, (std::int64_t{64} << 20) / static_cast<std::int64_t>(bytes));
  double best = 0;
  for (Loop loop : loops) {
    for (int repeat = 0; repeat < repeats; ++repeat) {
      double const seconds = seconds_on_threads(threads, [&](int thread) {
        for (std::int64_t pass = 0; pass < passes; ++pass) sink = sink + loop(data + thread * each, each);
      });
      best = std::max(best, static_cast<double>(passes * each * threads) * sizeof(double) / seconds);
    }
  }
  return best;
}

std::string instruction_set() {
  std::int64_t const usable = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(usable & -usable);
}

}  // namespace regio::bench
#endif
