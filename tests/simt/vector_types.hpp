/// The vector types of CUDA that kernels use, with CUDA's sizes and alignments.
#pragma once

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_count = 1, unsigned y_count = 1, unsigned z_count = 1)
      : x(x_count), y(y_count), z(z_count) {}
};

#define SIMT_VECTOR_TYPES(Name, Element, name, align2, align4)              \
  struct alignas(align2) Name##2 {                                          \
    Element x, y;                                                           \
  };                                                                        \
  struct alignas(align4) Name##4 {                                          \
    Element x, y, z, w;                                                     \
  };                                                                        \
  constexpr Name##2 make_##name##2(Element x, Element y) { return {x, y}; } \
  constexpr Name##4 make_##name##4(Element x, Element y, Element z, Element w) { return {x, y, z, w}; }

SIMT_VECTOR_TYPES(int, int, int, 8, 16)
SIMT_VECTOR_TYPES(uint, unsigned, uint, 8, 16)
SIMT_VECTOR_TYPES(float, float, float, 8, 16)
#undef SIMT_VECTOR_TYPES

// Two elements of eight bytes are the widest access of a thread; there is no double4 here.
struct alignas(16) double2 {
  double x, y;
};
struct alignas(16) longlong2 {
  long long x, y;
};
struct alignas(16) ulonglong2 {
  unsigned long long x, y;
};
constexpr double2 make_double2(double x, double y) { return {x, y}; }
constexpr longlong2 make_longlong2(long long x, long long y) { return {x, y}; }
constexpr ulonglong2 make_ulonglong2(unsigned long long x, unsigned long long y) { return {x, y}; }
