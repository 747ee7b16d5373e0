#include <cstdio>

#include <regio/version.hpp>

int main() { std::printf("regio %s\n", regio::version().c_str()); }
