// SPDX-License-Identifier: MIT
//
// Breadth-first search, components and PageRank of the examples, against Boost.Graph and Eigen, on
// random graphs and on one of Debian packages (package_graph.sh).
#include <Eigen/Sparse>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/page_rank.hpp>
#include <tests/core/runs.hpp>
#include <tests/operators/directory.hpp>
#include <tests/support.hpp>
#include <tests/support/data.hpp>

// The examples themselves, whose main functions are not called here.
#define main bfs_main
#include <examples/bfs.cpp>
#undef main
#define main pagerank_main
#include <examples/pagerank.cpp>
#undef main
#define main unionfind_main
#include <examples/unionfind.cpp>
#undef main

namespace tidemark::examples {
namespace {

template <typename Direction>
using Adjacency = boost::adjacency_list<boost::vecS, boost::vecS, Direction>;
using Directed = Adjacency<boost::directedS>;

template <typename Boosts>
Boosts boosted(const Graph& graph) {
  return Boosts(graph.edges().begin(), graph.edges().end(), graph.nodes());
}

std::vector<std::uint64_t> distances_of_boost(const Graph& graph, Node root) {
  std::vector<std::uint64_t> distances(graph.nodes(), unreachable);
  distances[root] = 0;
  boost::breadth_first_search(boosted<Directed>(graph), root,
                              boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                  distances.data(), boost::on_tree_edge()))));
  return distances;
}

std::vector<Node> components_of_boost(const Graph& graph) {
  std::vector<std::size_t> numbers(graph.nodes());
  boost::connected_components(boosted<Adjacency<boost::undirectedS>>(graph), numbers.data());
  std::map<std::size_t, Node> least;  // by Boost's number of the component
  std::vector<Node> result;
  for (Node node = 0; node != graph.nodes(); ++node)
    result.push_back(least.emplace(numbers[node], node).first->second);
  return result;
}

std::vector<double> ranks_of_boost(const Graph& graph) {
  std::vector<double> ranks(graph.nodes());
  auto property = boost::make_iterator_property_map(
      ranks.begin(), boost::get(boost::vertex_index, boosted<Directed>(graph)));
  const auto boost_graph = boosted<Directed>(graph);
  boost::graph::page_rank(boost_graph, property, boost::graph::n_iterations(250), 0.85);
  return ranks;
}

/// The power iteration: `rounds` times ranks = 0.15 + 0.85 * transitions * ranks, from 0.15 on.
std::vector<double> ranks_of_eigen(const Graph& graph, std::uint64_t rounds) {
  std::vector<Eigen::Triplet<double>> shares;
  for (const auto& [from, to] : graph.edges())
    shares.emplace_back(to, from, 1.0 / static_cast<double>(graph.neighbours(from).size()));
  Eigen::SparseMatrix<double> transitions(graph.nodes(), graph.nodes());
  transitions.setFromTriplets(shares.begin(), shares.end());
  const Eigen::VectorXd teleport = Eigen::VectorXd::Constant(graph.nodes(), 0.15);
  Eigen::VectorXd ranks = teleport;
  for (std::uint64_t round = 0; round != rounds; ++round)
    ranks = teleport + 0.85 * (transitions * ranks);
  return {ranks.begin(), ranks.end()};
}

/// The greatest difference from `expected`, relative to it.
double error_of(const std::vector<Rank>& ranks, const std::vector<double>& expected) {
  REQUIRE(ranks.size() == expected.size());
  double error = 0;
  for (std::size_t i = 0; i != ranks.size(); ++i)
    error = std::max(error, std::abs(double(ranks[i]) / double(rank_unit) / expected[i] - 1));
  return error;
}

/// Small graphs of every density, with loops, parallel edges, sinks and isolated nodes.
std::vector<Graph> small_graphs() {
  std::vector<Graph> graphs;
  graphs.push_back(Graph(1, {}));
  graphs.push_back(Graph(3, {{0, 0}, {0, 1}, {0, 1}, {1, 0}}));
  std::vector<Edge> path;
  for (Node node = 0; node != 40; ++node) path.emplace_back(node, node + 1);
  graphs.push_back(Graph(41, path));
  for (const std::uint64_t edges : {20u, 40u, 80u, 200u})
    graphs.push_back(random_graph(40, edges, edges));
  return graphs;
}

/// Larger ones: of packages, and random.
std::vector<Graph> large_graphs() {
  std::vector<Graph> graphs;
  graphs.push_back(read_graph(TIDEMARK_PACKAGE_GRAPH));
  for (const std::uint64_t seed : {1u, 2u}) graphs.push_back(random_graph(2000, 5000, seed));
  return graphs;
}

std::vector<Config> real_configurations() {
  std::vector<Config> all;
  for (const ExecutorKind kind : tests::executors())
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      all.push_back({.workers = 3, .threads = 2, .executor = kind, .ledgers = ledgers});
  return all;
}

/// Calls `check(config)` for every schedule of small graphs: `seeds` for each number of workers.
template <typename Check>
void for_each_schedule(std::uint64_t seeds, Check check) {
  seeds = std::max<std::uint64_t>(1, seeds / tests::slowdown);
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (std::uint64_t seed = 0; seed != seeds; ++seed)
      for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker}) {
        const Config config{.workers = workers,
                            .executor = ExecutorKind::deterministic,
                            .seed = seed,
                            .ledgers = ledgers,
                            .check = true};
        INFO(tests::to_text(config));
        check(config);
      }
}

template <typename Check>
void for_each_executor(Check check) {
  for (const Config& config : real_configurations()) {
    INFO(tests::to_text(config));
    tests::Watchdog watchdog("an example: " + tests::to_text(config));
    check(config);
  }
}

void check_distances(const Graph& graph) {
  for (const Node root : {Node{0}, graph.nodes() / 2}) {
    const auto expected = distances_of_boost(graph, root);
    for_each_executor([&](const Config& config) { REQUIRE(bfs(graph, root, config) == expected); });
  }
}

void check_components(const Graph& graph) {
  const auto expected = components_of_boost(graph);
  for_each_executor([&](const Config& config) { REQUIRE(components(graph, config) == expected); });
}

void check_ranks(const Graph& graph) {
  const auto expected = ranks_of_boost(graph);
  for_each_executor([&](const Config& config) {
    CHECK(error_of(pagerank(graph, 1000, config), expected) < 1e-7);
  });
}

void check_rounds(const Graph& graph) {
  for (const std::uint64_t rounds : {0u, 1u, 2u, 17u, 250u})
    CHECK(error_of(pagerank(graph, rounds, {.workers = 2, .executor = ExecutorKind::deterministic}),
                   ranks_of_eigen(graph, rounds)) < 1e-7);
}

/// All of that, of a graph that lies beside the project.
void check_data(const std::string& name) {
  const auto path = tests::data_file(name);
  if (!path) return;
  const Graph graph = read_graph(*path);
  check_distances(graph);
  check_components(graph);
  check_ranks(graph);
  check_rounds(graph);
}

TEST_CASE("the example of breadth-first search finds Boost's distances under every schedule") {
  for (const Graph& graph : small_graphs()) {
    const auto expected = distances_of_boost(graph, 0);
    for_each_schedule(20,
                      [&](const Config& config) { REQUIRE(bfs(graph, 0, config) == expected); });
  }
}

TEST_CASE("the example of breadth-first search finds Boost's distances in large graphs") {
  for (const Graph& graph : large_graphs()) check_distances(graph);
}

TEST_CASE("breadth-first search from no node of the graph is refused") {
  CHECK_THROWS_AS(bfs(Graph(3, {}), 3, {}), std::invalid_argument);
}

TEST_CASE("the example of union-find finds Boost's components under every schedule") {
  for (const Graph& graph : small_graphs()) {
    const auto expected = components_of_boost(graph);
    for_each_schedule(
        20, [&](const Config& config) { REQUIRE(components(graph, config) == expected); });
  }
}

TEST_CASE("the example of union-find finds Boost's components in large graphs") {
  for (const Graph& graph : large_graphs()) check_components(graph);
}

TEST_CASE("the example of PageRank gives the same ranks under every schedule, those of Boost") {
  for (const Graph& graph : small_graphs()) {
    const auto expected = pagerank(graph, 1000, {.executor = ExecutorKind::deterministic});
    CHECK(error_of(expected, ranks_of_boost(graph)) < 1e-8);
    for_each_schedule(
        2, [&](const Config& config) { REQUIRE(pagerank(graph, 1000, config) == expected); });
  }
}

TEST_CASE("the example of PageRank gives Boost's ranks in large graphs") {
  for (const Graph& graph : large_graphs()) check_ranks(graph);
}

TEST_CASE("the example of PageRank ends after as many rounds as are asked for, as Eigen does") {
  for (const Graph& graph : large_graphs()) check_rounds(graph);
}

TEST_CASE("the examples agree with Boost and Eigen about who voted on whom in Wikipedia") {
  check_data("wiki-Vote.txt");
}

TEST_CASE("the examples agree with Boost and Eigen about all packages of Debian") {
  check_data("debian-bookworm-packages.edges.txt");
}

TEST_CASE("a file of a graph is read, but not what is no edge") {
  CHECK_THROWS_WITH(read_graph("no such file"), "cannot read 'no such file'");
  const Graph graph = read_graph(TIDEMARK_PACKAGE_GRAPH);
  CHECK(graph.nodes() == 879);
  CHECK(graph.edges().size() == 4118);
  CHECK_THROWS_AS(Graph(2, {{0, 2}}), std::invalid_argument);
  const tests::Directory directory;
  const std::string path = directory.write("edges", "# from to\n0 1\n\n 20\t0 7\n");
  const Graph named = read_graph(path), ranged = read_graph(path, 30);
  CHECK(named.nodes() == 3);
  CHECK(named.edges() == std::vector<Edge>{{0, 1}, {2, 0}});
  CHECK(named.name(2) == 20);
  CHECK(named.find(20) == 2);
  CHECK_THROWS_WITH(named.find(2), "the graph has no node 2");
  CHECK(ranged.nodes() == 30);
  CHECK(ranged.edges() == std::vector<Edge>{{0, 1}, {20, 0}});
  CHECK_THROWS_WITH(ranged.find(30), "the graph has no node 30");
  for (const char* line : {"0 -2", "0 4294967296", "0 4294967295", "1.5 2", "0", "a b"})
    CHECK_THROWS_WITH(read_graph(directory.write("edges", std::string("0 1\n") + line)),
                      Catch::Contains(std::string("edges:2: no edge: '") + line + "': "));
}

}  // namespace
}  // namespace tidemark::examples
