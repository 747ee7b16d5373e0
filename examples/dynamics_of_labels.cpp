// How regions moved between clusters that somebody else published: only labels are needed.
//
//   c++ -std=c++20 dynamics_of_labels.cpp $(pkg-config --cflags --libs regio) -o dynamics_of_labels

#include <cstdio>

#include <regio/cluster_dynamics.hpp>

int main() {
  regio::ClusterHistory history;
  history.regions = {"Aram", "Bela", "Cina"};
  history.years = {2001, 2002, 2003};
  history.clusters = 2;
  history.labels = {0, 0, 1,   // 2001
                    0, 1, 1,   // 2002
                    0, 1, 0};  // 2003

  regio::DynamicsReport const dynamics = regio::cluster_dynamics(history, {});
  for (auto const& transition : dynamics.consecutive) {
    std::printf("%d-%d: %d moved, adjusted Rand %.2f\n", history.years[static_cast<std::size_t>(transition.from_year)],
                history.years[static_cast<std::size_t>(transition.to_year)], static_cast<int>(transition.moved),
                transition.adjusted_rand);
  }
  for (std::size_t region = 0; region < history.regions.size(); ++region) {
    auto const stability = regio::name(dynamics.regions[region].stability);
    std::printf("%s: %.*s\n", history.regions[region].c_str(), static_cast<int>(stability.size()), stability.data());
  }
}
