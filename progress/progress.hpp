// SPDX-License-Identifier: MIT
//
// All of progress, in one header.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/change_batch.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/coordinates.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/error.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/graph_shape.hpp>
#include <tidemark/progress/index_set.hpp>
#include <tidemark/progress/interest.hpp>
#include <tidemark/progress/labels.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/mutable_antichain.hpp>
#include <tidemark/progress/needed_sites.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/operator_ports.hpp>
#include <tidemark/progress/partial_order.hpp>
#include <tidemark/progress/policy.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/progress_batch.hpp>
#include <tidemark/progress/report_gathering.hpp>
#include <tidemark/progress/sanitizers.hpp>
#include <tidemark/progress/sleepers.hpp>
#include <tidemark/progress/station.hpp>
#include <tidemark/progress/timestamp.hpp>
#include <tidemark/progress/timestamp_laws.hpp>
#include <tidemark/progress/topology.hpp>
#include <tidemark/progress/tracker.hpp>
#include <tidemark/progress/verify.hpp>
#include <tidemark/progress/watermarks.hpp>
