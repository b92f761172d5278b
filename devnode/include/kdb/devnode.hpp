// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kdb::inline v0 {

/// How a development node behaves. For designated initialisers.
struct devnode_options {
  /// TCP port on 127.0.0.1; 0 takes a free one.
  std::uint16_t port = 0;
  /// SQLite file that keeps the events; empty: they are gone when the node stops. A write is answered, and its events can be read, when
  /// it is in the file: it then survives the end of the process, however that ends.
  std::string database = {};
  /// Whether what is answered also survives the loss of power, at the price of a sync to the disk for each group of writes.
  bool sync_full = false;
  /// Whether the system projections run: `$by_category`, `$by_event_type`, `$by_correlation_id`, `$streams` and `$stream_by_category` write
  /// links into `$ce-…`, `$et-…` and so on, as on a server on which they are started, and projections can be managed; those of users are kept and
  /// not run. Off, so that $all holds what was written alone.
  bool projections = false;
  /// How long after an append is answered its events are in indexes, and the links to them in `$ce-…`, `$et-…` and so on. On a server nothing of
  /// that is there at once either: who reads a category right behind an append must wait. Zero for tests that are about something else.
  std::chrono::milliseconds projection_lag{50};
  /// Whether user-defined indexes can be created. Otherwise the node is like a server without secondary indexes, or before 26.0: it does not
  /// offer the service.
  bool user_indexes = true;
  /// Largest append in bytes: data, metadata and types of its events.
  std::uint64_t max_append_size = 256 * 1024 * 1024;
  /// Largest event in bytes: data, metadata and type. A message of a client holds 16 767 216 bytes at most in any case.
  std::uint64_t max_append_event_size = 16 * 1024 * 1024;
  /// Whether callers must be users, or may only what everybody may: users `admin` and `ops` are there from the beginning, with the password
  /// `changeit`, and access to streams and to operations is controlled as on a server. Otherwise every caller may do everything, and
  /// credentials are ignored.
  bool authentication = false;
  /// Folder for TLS, which brings authentication as well: `ca.crt`, for clients to trust, and its key are made there unless they are there
  /// already; `node.crt` and `node.key`, for localhost, 127.0.0.1 and ::1, are made at each start. Empty: no TLS.
  std::string tls_folder = {};
  /// More DNS names and IP addresses for the node's certificate.
  std::vector<std::string> tls_names = {};
  /// PEM files with a certificate, followed by those between it and its CA, and with its key: instead of those made, for tests of what clients
  /// accept. They bring TLS and authentication without a folder too.
  std::string tls_certificate = {};
  /// PEM file with the key of `tls_certificate`.
  std::string tls_key = {};
  /// PEM file with the CA of clients: with it clients must show a certificate. Otherwise they may, if `ca.crt` has signed it.
  std::string tls_client_ca = {};
  /// What the node says its server version is. Clients should look at its features instead.
  std::string version = "26.2.0-devnode";
};

/// A KurrentDB-compatible node for development and tests, inside this process. Holds its events in memory, speaks the gRPC API of a
/// server on 127.0.0.1, without TLS and authentication unless they are wanted, and answers as a server does, down to texts of errors.
///
/// It runs one thread of its own. Its member functions may be called from any thread, the destructor from one.
class devnode {
public:
  /// Starts the node; when it returns clients can connect. Throws std::runtime_error if the port is taken,
  /// the database can't be opened, or what is wanted of TLS contradicts itself or can't be read or written.
  explicit devnode(devnode_options options = {});

  /// Stops the node.
  ~devnode();

  devnode(const devnode&) = delete;
  devnode& operator=(const devnode&) = delete;

  /// The port it listens on.
  std::uint16_t port() const;

  /// `kurrentdb://127.0.0.1:PORT?tls=false`; with authentication it has the credentials of `admin`, and with TLS it is
  /// `kurrentdb://admin:changeit@localhost:PORT?tlsCaFile=FOLDER/ca.crt`, without the option for a certificate of your own.
  std::string connection_string() const;

  /// Refuses new calls and ends the open ones as a server does that shuts down; returns within a second, also when clients don't
  /// listen. Events that no database keeps are gone then. Does nothing the second time.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::inline v0
