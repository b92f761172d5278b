// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/program/definition.hpp"
#include "tools/kdbctl/program/session.hpp"

// One function for each file of commands: it adds them to the program.
namespace kdbctl {

void define_server(definition& program);
void define_append(definition& program);
void define_read(definition& program);
void define_follow(definition& program);
void define_stream(definition& program);
void define_group(definition& program);
void define_projection(definition& program);
void define_index(definition& program);
/// Its command `read`.
void define_index_read(definition& indexes);
void define_user(definition& program);
void define_node(definition& program);
void define_export(definition& program);
void define_import(definition& program);
void define_bench(definition& program);
void define_dev(definition& program);
void define_context(definition& program);
/// Completion and the manual page, which are made from the whole program.
void define_shell(definition& program);

/// The whole program. `options` has to live as long.
std::unique_ptr<definition> define_program(global_options& options);

} // namespace kdbctl
