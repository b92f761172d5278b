// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>
#include <vector>

#include <dlfcn.h>

namespace {

struct plugin {
  void* handle = nullptr;
  void (*use)(const char*, const char*) = nullptr;
};

plugin load(const char* path, int scope) {
  plugin loaded{::dlopen(path, RTLD_NOW | scope)};
  if (loaded.handle)
    loaded.use = reinterpret_cast<void (*)(const char*, const char*)>(::dlsym(loaded.handle, "use_copy"));
  if (!loaded.use)
    std::cout << ::dlerror() << std::endl;
  return loaded;
}

} // namespace

/// Loads two plugins as its first argument says, both against the node of the second one, uses them in turn, and ends:
/// `local` and `global` keep both loaded, `closing` unloads each before it loads the next one. The library is only in the plugins.
int main(int argc, char** argv) {
  if (argc < 5)
    return 64;
  const std::string mode = argv[1];
  const bool closing = mode == "closing";
  const int scope = mode == "global" ? RTLD_GLOBAL : RTLD_LOCAL;
  std::vector<plugin> loaded;
  if (!closing)
    for (int each = 3; each < 5; ++each)
      if (!loaded.emplace_back(load(argv[each], scope)).use)
        return 1;
  for (int round = 0; round < 2; ++round)
    for (int each = 0; each < 2; ++each) {
      const auto one = closing ? load(argv[3 + each], scope) : loaded[static_cast<std::size_t>(each)];
      if (!one.use)
        return 1;
      one.use(each == 0 ? "a" : "b", argv[2]);
      if (closing && ::dlclose(one.handle) != 0)
        return 2;
    }
  return 0;
}
