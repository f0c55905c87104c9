// SPDX-License-Identifier: MIT
//
// Corrected: windows that do not close by time.
#include <tidemark/windowing/windowers/corrected.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>
#include <tidemark/windowing/windowers/session_windower.hpp>

using namespace tidemark;

#ifdef MISTAKE
const Corrected windows(CountWindow(3), std::chrono::hours(1));
#else
const Corrected windows(SessionWindow(std::chrono::seconds(3)), std::chrono::hours(1));
#endif
