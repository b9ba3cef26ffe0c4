// Where processes find each other by an address: rank 0 keeps a small table of names and bytes, the others ask it.
#pragma once

#include <gloo/rendezvous/store.h>

#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace millrace {

using Milliseconds = std::chrono::milliseconds;

/// The address, in digits, from which this host reaches another one.
std::string address_towards(const std::string &host, int port);

/// A table that rank 0 serves over TCP. Meant for trusted networks, like gloo's own traffic, which is neither encrypted nor signed;
/// what arrives is bounded all the same.
class AddressStore : public gloo::rendezvous::Store {
 public:
  AddressStore(const std::string &host, int port, int rank, int world, Milliseconds timeout);
  ~AddressStore() override;

  void set(const std::string &key, const std::vector<char> &data) override;
  std::vector<char> get(const std::string &key) override;
  void wait(const std::vector<std::string> &keys) override { wait(keys, timeout_); }
  void wait(const std::vector<std::string> &keys, const Milliseconds &timeout) override;

  /// The address of this host on the way to the meeting place.
  const std::string &local() const { return local_; }

 private:
  void listen(const std::string &host, int port);
  void join(const std::string &host, int port);
  void accept();
  /// Somebody who has connected, and the thread that answers.
  struct Visitor {
    int connection;
    bool isDone = false;
    std::thread server;
  };
  void serve(Visitor &visitor);
  void answer(int connection);
  bool find(const std::string &key, Milliseconds timeout, std::vector<char> &data);
  bool keep(const std::string &key, const std::vector<char> &data);

  const int rank_, world_;
  const Milliseconds timeout_;
  std::string local_;
  int socket_ = -1;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  size_t bytes_ = 0;
  std::map<std::string, std::vector<char>> table_;
  std::thread acceptor_;
  std::list<Visitor> visitors_;
};

}  // namespace millrace
