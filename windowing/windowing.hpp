// SPDX-License-Identifier: MIT
//
// All clocks, windowers, aggregates and window steps in one header, but the aggregates on Eigen.
// These are included by themselves:
//   <tidemark/windowing/aggregates/eigen_codec.hpp>
//   <tidemark/windowing/aggregates/histogram.hpp>
//   <tidemark/windowing/aggregates/least_squares.hpp>
//   <tidemark/windowing/aggregates/mean_covariance.hpp>
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/windowing/aggregate.hpp>
#include <tidemark/windowing/aggregate_window.hpp>
#include <tidemark/windowing/aggregates/collection.hpp>
#include <tidemark/windowing/aggregates/count.hpp>
#include <tidemark/windowing/aggregates/declared.hpp>
#include <tidemark/windowing/aggregates/extreme.hpp>
#include <tidemark/windowing/aggregates/fold.hpp>
#include <tidemark/windowing/aggregates/join_rows.hpp>
#include <tidemark/windowing/clock.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/clocks/frontier_clock.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/collect_window.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/instant.hpp>
#include <tidemark/windowing/iso8601.hpp>
#include <tidemark/windowing/join_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/time_zone.hpp>
#include <tidemark/windowing/window.hpp>
#include <tidemark/windowing/window_options.hpp>
#include <tidemark/windowing/windowed_stream.hpp>
#include <tidemark/windowing/windower.hpp>
#include <tidemark/windowing/windowers/calendar_windower.hpp>
#include <tidemark/windowing/windowers/corrected.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>
#include <tidemark/windowing/windowers/session_windower.hpp>
#include <tidemark/windowing/windowers/sliding_windower.hpp>
