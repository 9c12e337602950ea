/* Zig carries macOS's libSystem and most of its headers, but not those of CommonCrypto, from which the allocator takes its
 * random numbers. */
#include <stddef.h>
#include <stdint.h>

enum { kCCSuccess = 0 };
int32_t CCRandomGenerateBytes(void *bytes, size_t count);
