// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <iostream>

#include <dlfcn.h>

/// Loads the plugin of its first argument, which connects to its second one, uses it, and ends. The library is only in the plugin.
int main(int argc, char** argv) {
  if (argc < 3)
    return 64;
  ::setenv("KDB_PLUGIN_URI", argv[2], 1);
  auto* const plugin = ::dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  auto* const use = plugin ? ::dlsym(plugin, "use_plugin") : nullptr;
  if (!use) {
    std::cout << ::dlerror() << std::endl;
    return 1;
  }
  reinterpret_cast<void (*)()>(use)();
  return 0;
}
