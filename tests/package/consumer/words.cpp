// Another file of the user's, which a unity build joins with the first.
#include <gladia.hpp>
#include <string>

std::string words_of_a_transcript() {
  gladia::transcript said;
  said.data.is_final = true;
  said.data.utterance.text = "hello";
  gladia::live::transcript_view view;
  view.add(said);
  return view.text();
}
