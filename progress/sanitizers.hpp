// SPDX-License-Identifier: MIT
//
// Sanitizers: which one this is compiled with. g++ says it by a macro of its own, clang by a
// feature.
#pragma once

#if defined(__has_feature)
#define TIDEMARK_HAS_FEATURE(name) __has_feature(name)
#else
#define TIDEMARK_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || TIDEMARK_HAS_FEATURE(address_sanitizer)
#define TIDEMARK_ADDRESS_SANITIZER 1
#else
#define TIDEMARK_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__) || TIDEMARK_HAS_FEATURE(thread_sanitizer)
#define TIDEMARK_THREAD_SANITIZER 1
#else
#define TIDEMARK_THREAD_SANITIZER 0
#endif
