/// Marks what the shared library exports; everything else stays hidden.
#pragma once

#if defined(__GNUC__) || defined(__clang__)
#define REGIO_API __attribute__((visibility("default")))
#else
#define REGIO_API
#endif
