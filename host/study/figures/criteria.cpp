#include <array>
#include <cmath>

#include "study/figures/choice_figures.hpp"

namespace regio::study {
namespace {

struct CriterionText {
  char const* label;
  char const* rule;  ///< under the name, in the head of its cell
};

constexpr std::array<CriterionText, criteria_count> texts = {{{"Elbow", "where the curve flattens"},
                                                              {"Calinski-Harabasz", "larger is better"},
                                                              {"Davies-Bouldin", "smaller is better"},
                                                              {"Silhouette", "larger is better"},
                                                              {"Gap", "first that the next does not beat"},
                                                              {"Stability", "larger is better"}}};

double score(KScores const& scores, KCriterion criterion, double scatter) {
  switch (criterion) {
    case KCriterion::elbow: return scatter > 0 ? 100 * scores.inertia / scatter : std::nan("");
    case KCriterion::calinski_harabasz: return scores.calinski_harabasz;
    case KCriterion::davies_bouldin: return scores.davies_bouldin;
    case KCriterion::silhouette: return scores.silhouette;
    case KCriterion::gap: return scores.gap;
    case KCriterion::stability: return scores.stability;
  }
  return std::nan("");
}

/// Mean over the years in which the criterion is defined.
double mean_score(GroupStudy const& group, KCriterion criterion, std::size_t k) {
  double sum = 0, years = 0;
  for (auto const& sweep : group.sweeps) {
    if (k > sweep.scores.size()) continue;
    double const value = score(sweep.scores[k - 1], criterion, sweep.scores.front().inertia);
    if (!std::isfinite(value)) continue;
    sum += value;
    years += 1;
  }
  return years == 0 ? std::nan("") : sum / years;
}

}  // namespace

std::string criterion_label(KCriterion criterion) { return texts[static_cast<std::size_t>(criterion)].label; }

std::string criteria_sentence(std::vector<Index> const& chosen_by_criterion) {
  std::vector<std::pair<Index, std::vector<std::string>>> voters;  // k, the criteria that choose it
  std::vector<std::string> undecided;
  for (std::size_t c = 0; c < chosen_by_criterion.size(); ++c) {
    Index const k = chosen_by_criterion[c];
    std::string const label = criterion_label(static_cast<KCriterion>(c));
    if (k == 0) {
      undecided.push_back(label);
      continue;
    }
    std::size_t place = 0;
    while (place < voters.size() && voters[place].first != k) ++place;
    if (place == voters.size()) voters.emplace_back(k, std::vector<std::string>{});
    voters[place].second.push_back(label);
  }
  std::string text;
  if (voters.empty()) {
    text = "No criterion decides";
  } else if (voters.size() == 1) {
    text = "All criteria that decide agree on k = " + std::to_string(voters.front().first);
  } else {
    text = "The criteria disagree: ";
    for (std::size_t v = 0; v < voters.size(); ++v) {
      if (v > 0) text += "; ";
      text += enumeration(voters[v].second) + " " + std::to_string(voters[v].first);
    }
  }
  if (!undecided.empty() && !voters.empty()) {
    text += "; " + enumeration(undecided) + (undecided.size() == 1 ? " does" : " do") + " not decide";
  }
  return text;
}

Figure criteria_figure(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                       FigureContext const& context) {
  ReportTable table{.name = "criteria",
                    .caption = "Criteria on k, mean over the years",
                    .columns = {"Group", "k"},
                    .file = "choice_of_k.csv"};
  for (auto const& text : texts) table.columns.emplace_back(text.label);
  table.columns[2] = "Inertia, % of the scatter";
  add_rows_by_k(table, study, [](auto& row, GroupStudy const& group, std::size_t k) {
    for (std::size_t c = 0; c < criteria_count; ++c) row.emplace_back(mean_score(group, static_cast<KCriterion>(c), k));
  });
  Json values = Json::array();
  Json cells = Json::array();
  for (std::size_t c = 0; c < criteria_count; ++c) {
    auto const criterion = static_cast<KCriterion>(c);
    std::string const head = std::string(texts[c].label) + " (" + texts[c].rule + ")";
    bool defined = false;
    for (auto const& group : study.groups) {
      for (std::size_t k = 1; k <= most_k(group); ++k) {
        double const value = mean_score(group, criterion, k);
        if (std::isnan(value)) continue;
        defined = true;
        Json row = {{"criterion", head}, {"group", group.group}, {"k", k}, {"value", value}};
        if (c < group.chosen_by_criterion.size() && group.chosen_by_criterion[c] == static_cast<Index>(k)) {
          row["choice"] = true;
        }
        values.push_back(std::move(row));
      }
    }
    if (defined) cells.push_back(head);
  }
  Figure figure{.name = "criteria",
                .title = criteria_sentence(study.chosen_by_criterion),
                .description =
                    "Small multiples: each criterion on the number of clusters k by k, mean over the years; a dot "
                    "marks the k that the criterion chooses.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "Means over the years. A dot marks what a criterion alone would choose" +
                        std::string(study.groups.size() > 1 ? " in the group" : "") + "; the study took " +
                        (options.k > 0 ? "the k that was given" : criterion_label(options.criterion)) + "."};
  Json y = magnitude("value", "", 4);
  y["title"] = nullptr;
  y["scale"]["zero"] = false;
  Json shown = tooltip({{"criterion_name", "Criterion"}, {"group_name", "Group"}, {"k", "k"}, {"value", "Value"}});
  shown[3]["format"] = ".4~g";
  Json encoding = {{"x",
                    {{"field", "k"},
                     {"type", "quantitative"},
                     {"axis", {{"tickMinStep", 1}, {"format", "d"}, {"grid", false}, {"title", "k"}, {"tickCount", 6}}},
                     {"scale", {{"nice", false}, {"zero", false}}}}},
                   {"y", std::move(y)},
                   {"tooltip", std::move(shown)}};
  std::string const name = number_names(figure.specification, "group", group_names(study.groups));
  if (study.groups.size() > 1) {
    encoding["strokeDash"] = {
        {"field", "group"}, {"type", "ordinal"}, {"title", "Group"}, {"legend", {{"labelExpr", name}}}};
  }
  Json dots = encoding;
  dots.erase("strokeDash");
  dots["size"] = {{"condition", {{"test", "datum.choice"}, {"value", 70}}}, {"value", 0}};
  Json layers = {
      {{"mark", {{"type", "line"}, {"color", plain_colour}, {"strokeWidth", 1.5}}}, {"encoding", std::move(encoding)}},
      {{"mark", {{"type", "point"}, {"filled", true}, {"opacity", 1}, {"color", plain_colour}}},
       {"encoding", std::move(dots)}}};
  small_multiples(figure.specification, std::move(layers), "criterion", cells, 3,
                  {.left = 45, .gap = 50, .width = 165, .height = 130});
  if (cells.size() > 1) figure.specification["resolve"] = {{"scale", {{"y", "independent"}}}};
  return figure;
}

}  // namespace regio::study
