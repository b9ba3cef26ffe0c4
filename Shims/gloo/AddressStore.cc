#include "AddressStore.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace millrace {

namespace {

constexpr uint32_t greeting = 0x4d4c5231;
constexpr uint32_t longest_key = 1024, longest_value = 1 << 20;
constexpr size_t most_bytes = 256 << 20;
enum Request : uint8_t { request_set = 1, request_get = 2 };

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string &what) { throw std::runtime_error(what); }

struct Addresses {
  addrinfo *first = nullptr;
  Addresses(const std::string &host, int port, int type) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = type;
    int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &first);
    if (code != 0) fail("the host '" + host + "' is not known: " + gai_strerror(code));
  }
  ~Addresses() { freeaddrinfo(first); }
  Addresses(const Addresses &) = delete;
};

std::string digits(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  char text[NI_MAXHOST];
  if (getsockname(socket, reinterpret_cast<sockaddr *>(&address), &length) != 0) return "";
  if (getnameinfo(reinterpret_cast<sockaddr *>(&address), length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) return "";
  return text;
}

bool send_all(int socket, const void *bytes, size_t count) {
  auto place = static_cast<const char *>(bytes);
  while (count > 0) {
    ssize_t done = send(socket, place, count, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    place += done;
    count -= done;
  }
  return true;
}

bool receive_all(int socket, void *bytes, size_t count) {
  auto place = static_cast<char *>(bytes);
  while (count > 0) {
    ssize_t done = recv(socket, place, count, 0);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    place += done;
    count -= done;
  }
  return true;
}

bool send_number(int socket, uint32_t number) {
  number = htonl(number);
  return send_all(socket, &number, sizeof number);
}

bool receive_number(int socket, uint32_t &number) {
  if (!receive_all(socket, &number, sizeof number)) return false;
  number = ntohl(number);
  return true;
}

bool send_block(int socket, const void *bytes, size_t count) {
  return send_number(socket, static_cast<uint32_t>(count)) && send_all(socket, bytes, count);
}

template <typename Block>
bool receive_block(int socket, Block &block, uint32_t most) {
  uint32_t count;
  if (!receive_number(socket, count) || count > most) return false;
  block.resize(count);
  return count == 0 || receive_all(socket, &block[0], count);
}

/// No answer within the time counts as a closed connection.
void limit(int socket, Milliseconds time) {
  timeval limit{time.count() / 1000, (time.count() % 1000) * 1000};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

}  // namespace

std::string address_towards(const std::string &host, int port) {
  Addresses found(host, port, SOCK_DGRAM);
  for (auto place = found.first; place != nullptr; place = place->ai_next) {
    int probe = socket(place->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) continue;
    // Connecting a datagram socket sends nothing: it only chooses the way.
    std::string address = connect(probe, place->ai_addr, place->ai_addrlen) == 0 ? digits(probe) : "";
    ::close(probe);
    if (!address.empty()) return address;
  }
  return "";
}

AddressStore::AddressStore(const std::string &host, int port, int rank, int world, Milliseconds timeout)
    : rank_(rank), world_(world), timeout_(timeout) {
  if (rank == 0)
    listen(host, port);
  else
    join(host, port);
}

void AddressStore::listen(const std::string &host, int port) {
  Addresses found(host, port, SOCK_STREAM);
  int error = 0;
  for (auto place = found.first; place != nullptr && socket_ < 0; place = place->ai_next) {
    socket_ = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) continue;
    int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool isBound = bind(socket_, place->ai_addr, place->ai_addrlen) == 0;
    if (isBound) {
      local_ = digits(socket_);
    } else if (errno == EADDRNOTAVAIL && place->ai_family == AF_INET) {
      // The name of a service in front of this host: listen everywhere.
      sockaddr_in any{};
      any.sin_family = AF_INET;
      any.sin_port = htons(static_cast<uint16_t>(port));
      isBound = bind(socket_, reinterpret_cast<sockaddr *>(&any), sizeof any) == 0;
      if (isBound) local_ = address_towards(host, port);
    }
    if (!isBound || ::listen(socket_, 128) != 0) {
      error = errno;
      ::close(socket_);
      socket_ = -1;
    }
  }
  if (socket_ < 0) fail("cannot listen at " + host + ":" + std::to_string(port) + ": " + std::strerror(error));
  acceptor_ = std::thread([this] { accept(); });
}

void AddressStore::join(const std::string &host, int port) {
  const auto deadline = Clock::now() + timeout_;
  std::string reason = "nobody answers";
  // Rank 0 may come later than we do.
  while (true) {
    try {
      Addresses found(host, port, SOCK_STREAM);
      for (auto place = found.first; place != nullptr; place = place->ai_next) {
        int attempt = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (attempt < 0) continue;
        limit(attempt, timeout_);
        if (connect(attempt, place->ai_addr, place->ai_addrlen) == 0) {
          uint32_t answer = 0;
          if (send_number(attempt, greeting) && send_number(attempt, world_) && receive_number(attempt, answer)) {
            if (answer != static_cast<uint32_t>(world_)) {
              ::close(attempt);
              fail("rank 0 leads a run over " + std::to_string(answer) + " processes, this one is of " + std::to_string(world_));
            }
            socket_ = attempt;
            local_ = digits(socket_);
            return;
          }
          reason = "the connection was closed";
        } else {
          reason = std::strerror(errno);
        }
        ::close(attempt);
      }
    } catch (const std::runtime_error &problem) {
      if (std::strncmp(problem.what(), "rank 0", 6) == 0) throw;
      reason = problem.what();
    }
    if (Clock::now() >= deadline)
      fail("rank 0 was not reached at " + host + ":" + std::to_string(port) + " within " + std::to_string(timeout_.count() / 1000.0).substr(0, 5) +
           " s: " + reason);
    std::this_thread::sleep_for(Milliseconds(50));
  }
}

AddressStore::~AddressStore() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    for (auto &visitor : visitors_) shutdown(visitor.connection, SHUT_RDWR);
  }
  changed_.notify_all();
  if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  for (auto &visitor : visitors_) {
    visitor.server.join();
    ::close(visitor.connection);
  }
  if (socket_ >= 0) ::close(socket_);
}

void AddressStore::accept() {
  while (true) {
    int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_ || (connection < 0 && errno != EINTR && errno != ECONNABORTED)) {
      if (connection >= 0) ::close(connection);
      return;
    }
    if (connection < 0) continue;
    for (auto visitor = visitors_.begin(); visitor != visitors_.end();) {
      if (!visitor->isDone) {
        ++visitor;
        continue;
      }
      visitor->server.join();
      ::close(visitor->connection);
      visitor = visitors_.erase(visitor);
    }
    if (visitors_.size() >= static_cast<size_t>(world_) * 4 + 64) {
      ::close(connection);
      continue;
    }
    auto &visitor = visitors_.emplace_back();
    visitor.connection = connection;
    visitor.server = std::thread([this, &visitor] { serve(visitor); });
  }
}

void AddressStore::serve(Visitor &visitor) {
  // No exception may leave a thread.
  try {
    answer(visitor.connection);
  } catch (...) {
  }
  shutdown(visitor.connection, SHUT_RDWR);
  std::lock_guard<std::mutex> lock(mutex_);
  visitor.isDone = true;
}

void AddressStore::answer(int connection) {
  uint32_t word, world;
  limit(connection, Milliseconds(10000));
  bool isGreeted = receive_number(connection, word) && word == greeting && receive_number(connection, world) &&
                   send_number(connection, static_cast<uint32_t>(world_)) && world == static_cast<uint32_t>(world_);
  // Who has greeted may be silent for as long as the meeting takes.
  limit(connection, timeout_);
  uint8_t request;
  std::string key;
  std::vector<char> data;
  while (isGreeted && receive_all(connection, &request, 1) && receive_block(connection, key, longest_key)) {
    if (request == request_set) {
      if (!receive_block(connection, data, longest_value) || !keep(key, data)) break;
      if (!send_all(connection, &request, 1)) break;
    } else if (request == request_get) {
      uint32_t time;
      if (!receive_number(connection, time)) break;
      data.clear();
      uint8_t isFound = find(key, Milliseconds(time), data);
      if (!send_all(connection, &isFound, 1) || !send_block(connection, data.data(), data.size())) break;
    } else {
      break;
    }
  }
}

bool AddressStore::keep(const std::string &key, const std::vector<char> &data) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    bytes_ += key.size() + data.size();
    if (bytes_ > most_bytes) return false;
    table_[key] = data;
  }
  changed_.notify_all();
  return true;
}

bool AddressStore::find(const std::string &key, Milliseconds timeout, std::vector<char> &data) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return closed_ || table_.count(key) > 0; });
  auto found = table_.find(key);
  if (found == table_.end()) return false;
  data = found->second;
  return true;
}

void AddressStore::set(const std::string &key, const std::vector<char> &data) {
  if (rank_ == 0) {
    if (!keep(key, data)) fail("the table of the meeting place is full");
    return;
  }
  uint8_t request = request_set, answer = 0;
  if (!send_all(socket_, &request, 1) || !send_block(socket_, key.data(), key.size()) || !send_block(socket_, data.data(), data.size()) ||
      !receive_all(socket_, &answer, 1))
    fail("rank 0 closed the connection while the processes were meeting");
}

std::vector<char> AddressStore::get(const std::string &key) {
  std::vector<char> data;
  uint8_t isFound = 0;
  if (rank_ == 0) {
    isFound = find(key, timeout_, data);
  } else {
    uint8_t request = request_get;
    limit(socket_, timeout_ + Milliseconds(5000));
    if (!send_all(socket_, &request, 1) || !send_block(socket_, key.data(), key.size()) ||
        !send_number(socket_, static_cast<uint32_t>(timeout_.count())) || !receive_all(socket_, &isFound, 1) ||
        !receive_block(socket_, data, longest_value))
      fail("rank 0 closed the connection while the processes were meeting");
  }
  if (!isFound) fail("not all processes came within " + std::to_string(timeout_.count() / 1000.0).substr(0, 5) + " s");
  return data;
}

void AddressStore::wait(const std::vector<std::string> &keys, const Milliseconds &) {
  for (const auto &key : keys) get(key);
}

}  // namespace millrace
