// A program outside of the project: fits k-means through the installed library.
#include <cstdio>
#include <vector>

#include <regio/engine.hpp>
#include <regio/version.hpp>

int main() {
  regio::Engine const engine = regio::Engine::cpu(1);
  std::printf("regio %s on %s\n", regio::version().c_str(), engine.description().c_str());
  return 0;
}
