// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/handshake.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libkdb/rpc/openssl_owners.hpp"

namespace kdb::inline v0::rpc {

namespace {

using owned_context = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using owned_session = std::unique_ptr<SSL, freed_by<SSL_free>>;

/// For one look at whether it was given up.
constexpr std::chrono::milliseconds slice{20};
/// A server of TLS 1.3 refuses a client's certificate after the client is through.
constexpr std::chrono::milliseconds afterwards{500};
constexpr std::size_t bytes_to_tell = 8;
constexpr std::size_t names_shown = 10;
constexpr std::size_t text_shown = 200;

// -- certificates as texts: what is in them was written by strangers -----------------------

std::string printable(std::string_view text) {
  std::string shown{text.substr(0, text_shown)};
  std::replace_if(
    shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

std::string text_of(const X509_NAME* name) {
  const owned_bio out{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &bytes);
  return printable({bytes, static_cast<std::size_t>(size)});
}

std::string text_of(const ASN1_TIME* when) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(when, &parts) != 1)
    return "an unreadable time";
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

std::string text_of(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS)
    return printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                      static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))});
  if (name->type != GEN_IPADD)
    return {};
  const auto family = ASN1_STRING_length(name->d.iPAddress) == 4 ? AF_INET : AF_INET6;
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), text.data(), text.size()) ? text.data() : "";
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i)
    if (auto name = text_of(sk_GENERAL_NAME_value(all, i)); !name.empty() && names.size() < names_shown)
      names.push_back(std::move(name));
  GENERAL_NAMES_free(all);
  return names;
}

seen_certificate seen(const X509* certificate) {
  return {text_of(X509_get_subject_name(certificate)), text_of(X509_get_issuer_name(certificate)),
          text_of(X509_get0_notBefore(certificate)), text_of(X509_get0_notAfter(certificate))};
}

// -- what OpenSSL tells on the way ----------------------------------------------------------

int facts_index() {
  static const auto index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

handshake_facts& facts_of(const SSL* session) {
  return *static_cast<handshake_facts*>(SSL_get_ex_data(session, facts_index()));
}

/// Notes the first complaint, and goes on: what comes after it is worth knowing, too.
int on_certificate(int fine, X509_STORE_CTX* checked) {
  auto& facts = facts_of(static_cast<SSL*>(X509_STORE_CTX_get_ex_data(checked, SSL_get_ex_data_X509_STORE_CTX_idx())));
  const auto* current = X509_STORE_CTX_get_current_cert(checked);
  if (fine == 1 || facts.complaint != X509_V_OK)
    return 1;
  facts.complaint = X509_STORE_CTX_get_error(checked);
  facts.complaint_text = X509_verify_cert_error_string(facts.complaint);
  facts.is_nodes_own = X509_STORE_CTX_get_error_depth(checked) == 0;
  if (current)
    facts.blamed = seen(current);
  return 1;
}

int on_certificate_wanted(SSL* session, void*) {
  facts_of(session).certificate_wanted = true;
  return 1;
}

void on_news(const SSL* session, int where, int number) {
  if (where != SSL_CB_READ_ALERT || (number & 0xFF) == SSL_AD_CLOSE_NOTIFY)
    return;
  facts_of(session).alert = number & 0xFF;
  // OpenSSL has no words for that one.
  facts_of(session).alert_text =
    (number & 0xFF) == SSL_AD_CERTIFICATE_REQUIRED ? "certificate required" : SSL_alert_desc_string_long(number);
}

// -- making a session -------------------------------------------------------------------------

owned_context make_context(const handshake_plan& plan) {
  owned_context made{SSL_CTX_new(TLS_client_method())};
  if (!made)
    return made;
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(made.get(), plan.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, plan.verify ? on_certificate : nullptr);
  SSL_CTX_set_cert_cb(made.get(), on_certificate_wanted, nullptr);
  SSL_CTX_set_info_callback(made.get(), on_news);
  static constexpr unsigned char http2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(made.get(), http2, sizeof http2);
  for (const auto& each : read_pem(plan.material.roots).certificates)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(made.get()), each.get());
  auto encrypted = false;
  const auto chain = read_pem(plan.material.certificate).certificates;
  if (const auto key = read_pem_key(plan.material.key, encrypted); key && !chain.empty()) {
    SSL_CTX_use_certificate(made.get(), chain.front().get());
    for (std::size_t i = 1; i < chain.size(); ++i)
      SSL_CTX_add1_chain_cert(made.get(), chain[i].get());
    SSL_CTX_use_PrivateKey(made.get(), key.get());
  }
  return made;
}

owned_session make_session(const handshake_plan& plan, handshake_facts& facts) {
  const auto context = make_context(plan);
  owned_session made{context ? SSL_new(context.get()) : nullptr};
  if (!made)
    return made;
  SSL_set_ex_data(made.get(), facts_index(), &facts);
  // gRPC checks an address against the addresses in the certificate, and sends no name then.
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(made.get()), plan.name.c_str()) != 1) {
    SSL_set1_host(made.get(), plan.name.c_str());
    SSL_set_tlsext_host_name(made.get(), plan.name.c_str());
  }
  auto* in = BIO_new(BIO_s_mem());
  auto* out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1); // More may come.
  SSL_set_bio(made.get(), in, out);
  SSL_set_connect_state(made.get());
  return made;
}

// -- the socket ----------------------------------------------------------------------------------

/// A connection that is waited for no longer than allowed.
class bounded_socket {
public:
  bounded_socket(const handshake_plan& plan, const std::function<bool()>& given_up) : until_{plan.until}, given_up_{given_up} {}
  ~bounded_socket() { close(); }
  bounded_socket(const bounded_socket&) = delete;
  bounded_socket& operator=(const bounded_socket&) = delete;

  bool connect(const std::string& address, std::uint16_t port) {
    close();
    const addrinfo wanted{.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                          .ai_family = AF_UNSPEC,
                          .ai_socktype = SOCK_STREAM,
                          .ai_protocol = 0,
                          .ai_addrlen = 0,
                          .ai_addr = nullptr,
                          .ai_canonname = nullptr,
                          .ai_next = nullptr};
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0)
      return false;
    socket_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    auto connected = socket_ >= 0 && (::connect(socket_, found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS);
    ::freeaddrinfo(found);
    if (!connected || !wait(POLLOUT))
      return false;
    int cause = 0;
    socklen_t size = sizeof cause;
    return ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &cause, &size) == 0 && cause == 0;
  }

  /// False when the time is over.
  bool wait(short message) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
      if (left.count() <= 0 || given_up_())
        return false;
      pollfd watched{.fd = socket_, .events = message, .revents = 0};
      if (::poll(&watched, 1, static_cast<int>(std::min(left, slice).count())) > 0)
        return true;
    }
  }
  void wait_at_most(std::chrono::milliseconds more) { until_ = std::min(until_, std::chrono::steady_clock::now() + more); }

  /// False when the other side has gone, or the time is over.
  bool send(const char* bytes, std::size_t size) {
    while (size > 0) {
      const auto sent = ::send(socket_, bytes, size, MSG_NOSIGNAL);
      if (sent > 0) {
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
      } else if ((errno != EAGAIN && errno != EINTR) || !wait(POLLOUT)) {
        return false;
      }
    }
    return true;
  }

  /// Nothing when the time is over; no bytes when the other side has gone.
  std::optional<std::string> receive() {
    std::array<char, 16384> bytes;
    while (wait(POLLIN)) {
      const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (got >= 0)
        return std::string{bytes.data(), static_cast<std::size_t>(got)};
      if (errno != EAGAIN && errno != EINTR)
        return std::string{};
    }
    return std::nullopt;
  }

private:
  void close() {
    if (socket_ >= 0)
      ::close(std::exchange(socket_, -1));
  }

  int socket_ = -1;
  std::chrono::steady_clock::time_point until_;
  const std::function<bool()>& given_up_;
};

/// Takes one step after the other until the handshake is through and the server has said its first word, or until it has failed.
class conversation {
public:
  conversation(SSL* session, bounded_socket& socket, handshake_facts& facts)
    : session_{session}, socket_{socket}, facts_{facts} {}

  handshake_end run() {
    if (const auto end = repeat([this] { return SSL_do_handshake(session_); }); end != handshake_end::established)
      return end;
    note_certificate();
    socket_.wait_at_most(afterwards);
    char first = 0;
    const auto end = repeat([&] { return SSL_peek(session_, &first, 1); });
    // Silence is no refusal, and neither is a close without a word: what stands behind the server may be away.
    return end == handshake_end::refused ? end : handshake_end::established;
  }

private:
  template <class Step>
  handshake_end repeat(Step step) {
    for (;;) {
      ERR_clear_error();
      const auto done = step();
      const auto how = SSL_get_error(session_, done);
      const auto code = ERR_peek_error();
      if (const auto sent = flush(); done == 1)
        return handshake_end::established;
      else if (how == SSL_ERROR_ZERO_RETURN || !sent)
        return facts_.alert ? handshake_end::refused : handshake_end::closed;
      else if (how != SSL_ERROR_WANT_READ)
        return refused(code);
      if (const auto end = feed(); end != handshake_end::established)
        return end;
    }
  }

  /// What OpenSSL has written goes to the server. Refused alerts are read even if that has gone.
  bool flush() {
    char* bytes = nullptr;
    auto* out = SSL_get_wbio(session_);
    const auto size = BIO_get_mem_data(out, &bytes);
    const auto sent =
      size <= 0 || socket_.send(bytes, static_cast<std::size_t>(size)) || BIO_ctrl_pending(SSL_get_rbio(session_)) > 0;
    (void)BIO_reset(out);
    return sent;
  }

  handshake_end feed() {
    const auto bytes = socket_.receive();
    if (!bytes)
      return handshake_end::unfinished;
    if (bytes->empty())
      return facts_.alert ? handshake_end::refused : handshake_end::closed;
    if (facts_.first_bytes.size() < bytes_to_tell)
      facts_.first_bytes.append(*bytes, 0, bytes_to_tell - facts_.first_bytes.size());
    if (!begins_tls(facts_.first_bytes))
      return handshake_end::refused;
    BIO_write(SSL_get_rbio(session_), bytes->data(), static_cast<int>(bytes->size()));
    return handshake_end::established;
  }

  handshake_end refused(unsigned long code) {
    facts_.reason = ERR_GET_REASON(code);
    if (const auto* text = ERR_reason_error_string(code))
      facts_.reason_text = text;
    note_certificate();
    return handshake_end::refused;
  }

  void note_certificate() {
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session_, &protocol, &size);
    facts_.http2 = size == 2 && std::memcmp(protocol, "h2", 2) == 0;
    if (const auto* certificate = SSL_get0_peer_certificate(session_))
      facts_.names = names_of(certificate);
  }

  SSL* session_;
  bounded_socket& socket_;
  handshake_facts& facts_;
};

} // namespace

handshake_facts shake_hands(const handshake_plan& plan, const std::function<bool()>& given_up) {
  handshake_facts facts;
  bounded_socket socket{plan, given_up};
  const auto connects = [&](const std::string& address) { return socket.connect(address, plan.port); };
  if (std::none_of(plan.addresses.begin(), plan.addresses.end(), connects))
    return facts;
  facts.end = handshake_end::unfinished;
  if (const auto session = make_session(plan, facts))
    facts.end = conversation{session.get(), socket, facts}.run();
  ERR_clear_error();
  return facts;
}

} // namespace kdb::inline v0::rpc
