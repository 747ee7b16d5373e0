/// The side of peer_questions.py that answers: one question a line on standard input, one answer a line.
#pragma once

#include <cstddef>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace peer {

template <class T>
std::vector<T> read(std::istream& in, std::size_t count) {
  std::vector<T> values(count);
  for (T& value : values) in >> value;
  return values;
}

template <class T>
T read(std::istream& in) {
  return read<T>(in, 1).front();
}

inline void print(double value) { std::printf("%.17g ", value); }

template <class Values>
void print_all(Values const& values) {
  for (auto const value : values) print(static_cast<double>(value));
}

/// Answers until the input ends; a question's first word chooses the answer, which reads the others.
inline void answer_questions(std::map<std::string, void (*)(std::istream&)> const& answers) {
  std::ios::sync_with_stdio(false);
  std::string question;
  while (std::cin >> question) {
    answers.at(question)(std::cin);
    std::printf("\n");
  }
}

}  // namespace peer
