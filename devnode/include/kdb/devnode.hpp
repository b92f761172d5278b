// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kdb::inline v0 {

/// Options of a development node. Use designated initialisers.
struct devnode_options {
  /// TCP port on 127.0.0.1; 0 takes a free one.
  std::uint16_t port = 0;
  /// SQLite file that keeps the events. Empty: the events are gone when the node stops. The node answers a write, and serves its events,
  /// only after the write is in the file, so that answered writes survive a crash of the process.
  std::string database = {};
  /// Whether answered writes also survive a power failure. Costs a sync to the disk for each group of writes.
  bool sync_full = false;
  /// Whether the standard projections run (`$by_category`, `$by_event_type`, `$by_correlation_id`, `$streams` and `$stream_by_category`)
  /// and projections can be managed. The standard projections write links into `$ce-…`, `$et-…` and so on, as on a server on which they
  /// are enabled. Projections of users are stored but not run. Off by default, so that $all has only the events that were appended.
  bool projections = false;
  /// The delay between the answer to an append and the entries in indexes and links in `$ce-…`, `$et-…` and so on. A server has such a
  /// delay too: a program that reads a category right after an append must wait. Set it to 0 in tests of other things.
  std::chrono::milliseconds projection_lag{50};
  /// Whether user-defined indexes can be created. If not, the node does not offer the service, like a server before 26.0 or one without
  /// secondary indexes.
  bool user_indexes = true;
  /// Largest append in bytes: data, metadata and types of its events.
  std::uint64_t max_append_size = 256 * 1024 * 1024;
  /// Largest event in bytes: data, metadata and type. Independently of this, a client's message has at most 16 767 216 bytes, as on a
  /// server.
  std::uint64_t max_append_event_size = 16 * 1024 * 1024;
  /// Whether callers are authenticated, and access to streams and to operations is controlled as on a server. The users `admin` and `ops`
  /// exist from the beginning, with the password `changeit`. Callers without credentials have only the rights of everybody. If off, every
  /// caller may do everything, and credentials are ignored.
  bool authentication = false;
  /// Folder for the certificates of TLS. TLS turns on authentication as well. The node makes `ca.crt`, which clients must trust, and its
  /// key, unless the folder has them already. It makes `node.crt` and `node.key`, for localhost, 127.0.0.1 and ::1, at each start. Empty:
  /// no TLS.
  std::string tls_folder = {};
  /// More DNS names and IP addresses for the node's certificate.
  std::vector<std::string> tls_names = {};
  /// PEM file with a certificate for the node, followed by the intermediate certificates up to its CA, in place of one that the node
  /// makes. For tests of which certificates clients accept. Turns on TLS and authentication, also without a folder.
  std::string tls_certificate = {};
  /// PEM file with the key of `tls_certificate`.
  std::string tls_key = {};
  /// PEM file with the CA of clients. If it is set, clients must have a certificate that this CA has signed. If not, a client may have
  /// one that `ca.crt` has signed.
  std::string tls_client_ca = {};
  /// The server version that the node reports. Clients should look at its features instead.
  std::string version = "26.2.0-devnode";
};

/// A KurrentDB-compatible node for development and tests, inside this process. Keeps its events in memory, implements the gRPC API of a
/// server on 127.0.0.1, and answers as a server does, including the texts of errors. TLS and authentication are off by default.
///
/// It runs one thread of its own. Its member functions may be called from any thread. Only one thread may destroy it.
class devnode {
public:
  /// Starts the node. Clients can connect when it returns. Throws std::runtime_error if the port is taken, the database can't be opened,
  /// the TLS options contradict each other, or a file of TLS can't be read or written.
  explicit devnode(devnode_options options = {});

  /// Stops the node.
  ~devnode();

  devnode(const devnode&) = delete;
  devnode& operator=(const devnode&) = delete;

  /// The port it listens on.
  std::uint16_t port() const;

  /// `kurrentdb://127.0.0.1:PORT?tls=false`; with authentication it contains the credentials of `admin`. With TLS it is
  /// `kurrentdb://admin:changeit@localhost:PORT?tlsCaFile=FOLDER/ca.crt`, and without `tlsCaFile` if you set `tls_certificate`.
  std::string connection_string() const;

  /// Refuses new calls, and ends the open ones like a server that shuts down. Returns within a second, also if clients do not react.
  /// Without a database the events are gone then. A second call has no effect.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kdb::inline v0
