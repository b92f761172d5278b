// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/devnode/node_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <memory>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kdb::inline v0::development::testing {

/// The program in a process of its own, which dies by SIGKILL at the latest with this object.
class node_process {
public:
  explicit node_process(const std::string& file) {
    int out[2];
    BOOST_REQUIRE(pipe(out) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    std::string program = KDB_DEVNODE_PROGRAM, option = "--db", name = file;
    char* arguments[] = {program.data(), option.data(), name.data(), nullptr};
    BOOST_REQUIRE(posix_spawn(&id_, program.c_str(), &actions, nullptr, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    char c = 0;
    while (read(out[0], &c, 1) == 1 && c != '\n')
      address_ += c;
    close(out[0]);
    BOOST_REQUIRE(!address_.empty());
  }

  ~node_process() { kill(); }

  void kill() {
    if (id_ == 0)
      return;
    ::kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    id_ = 0;
  }

  std::unique_ptr<Streams::Stub> streams() const { return Streams::NewStub(channel()); }

  std::shared_ptr<grpc::Channel> channel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
  }

private:
  pid_t id_ = 0;
  std::string address_;
};

} // namespace kdb::inline v0::development::testing
