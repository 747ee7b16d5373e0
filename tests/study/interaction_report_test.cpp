#include "study/interaction_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/synthetic_interaction.hpp"
#include "tests/support/synthetic_study.hpp"

namespace regio::study {
namespace {

using format::Figure;
using format::Json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// A report, and what it was made from.
struct Page {
  InteractionInputs inputs;
  InteractionStudyOptions options{.permutations = 99};
  ReportContext context{.title = "Constructed", .source = "Source: constructed data."};
  format::Report report;

  explicit Page(InteractionInputs given, std::vector<format::Boundary> boundaries = {}) : inputs(std::move(given)) {
    Engine engine = Engine::cpu(1);
    context.boundaries = std::move(boundaries);
    report = interaction_report(inputs, analyse(engine, inputs, options), options, context);
  }

  [[nodiscard]] Figure const* figure(std::string const& name) const {
    for (Figure const* const candidate : format::figures_of(report)) {
      if (candidate->name == name) return candidate;
    }
    return nullptr;
  }
};

/// Two regions' shipments and nothing else.
InteractionInputs shipments_between(Index regions, std::vector<double> const& values) {
  InteractionInputs inputs;
  for (Index r = 0; r < regions; ++r) inputs.shipments.regions.insert("R" + std::to_string(r + 1));
  inputs.shipments.industries.insert("coal");
  ShipmentsOfYear& year = inputs.shipments.years.emplace_back();
  for (std::size_t v = 0; v < values.size(); ++v) {
    year.origin.push_back(0);
    year.destination.push_back(
        static_cast<std::int32_t>(std::min<std::size_t>(v, static_cast<std::size_t>(regions) - 1)));
    year.industry.push_back(0);
    year.value.push_back(values[v]);
    year.is_raw.push_back(0);
  }
  return inputs;
}

TEST(InteractionReport, AMapIsDrawnOnlyWithBoundaries) {
  InteractionInputs const inputs = test::synthetic_interaction({});
  EXPECT_EQ(Page(inputs).figure("flow-map"), nullptr);
  Page const page(inputs, test::synthetic_boundaries(12));
  Figure const* const map = page.figure("flow-map");
  ASSERT_NE(map, nullptr);
  Json const& layers = map->specification["layer"];
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_EQ(map->specification["data"]["values"].size(), 12U);
  EXPECT_EQ(layers[1]["data"]["values"].size(), 40U) << "the largest flows only";
  EXPECT_EQ(map->data.rows.size(), 40U);
  EXPECT_THAT(map->note, HasSubstr("The map shows the 40 largest of"));
}

TEST(InteractionReport, AWedgeLeadsFromTheOriginsMiddleToTheDestinations) {
  // R1 is the square from 20 to 22 degrees east and 45 to 46.5 north, R3 the one that begins at 24 degrees.
  InteractionInputs inputs = shipments_between(3, {});
  ShipmentsOfYear& year = inputs.shipments.years[0];
  year.origin = {0};
  year.destination = {2};
  year.industry = {0};
  year.value = {5};
  year.is_raw = {0};
  Page const page(inputs, test::synthetic_boundaries(3));
  Figure const* const map = page.figure("flow-map");
  ASSERT_NE(map, nullptr);
  EXPECT_THAT(map->title, HasSubstr("from R1 to R3: 100 % of all"));
  Json const& wedges = map->specification["layer"][1]["data"]["values"];
  ASSERT_EQ(wedges.size(), 1U);
  Json const& ring = wedges[0]["geometry"]["coordinates"][0][0];
  double west = 180, east = -180, south = 90, north = -90;
  for (Json const& point : ring) {
    west = std::min(west, point[0].get<double>());
    east = std::max(east, point[0].get<double>());
    south = std::min(south, point[1].get<double>());
    north = std::max(north, point[1].get<double>());
  }
  EXPECT_NEAR(west, 21, 0.1);
  EXPECT_NEAR(east, 25, 0.01);
  EXPECT_NEAR(north, 45.75, 0.1) << "from west to east it bends to the right, which is south";
  EXPECT_LT(south, 45.6);
  EXPECT_GT(south, 44.5);
}

TEST(InteractionReport, RegionsWithoutABoundaryAreNotedAndTheirFlowsLeftOut) {
  Page const page(test::synthetic_interaction({}), test::synthetic_boundaries(3));
  Figure const* const map = page.figure("flow-map");
  ASSERT_NE(map, nullptr);
  EXPECT_THAT(map->note, HasSubstr("9 regions have no boundary"));
  for (auto const& row : map->data.rows) {
    EXPECT_THAT((std::vector<std::string>{"R1", "R2", "R3"}), Contains(std::get<std::string>(row[0])));
    EXPECT_THAT((std::vector<std::string>{"R1", "R2", "R3"}), Contains(std::get<std::string>(row[1])));
  }
}

TEST(InteractionReport, TheGravityFigureHasEveryFlowAndTheLineOfTheFit) {
  Page const page(test::synthetic_interaction({}));
  Figure const* const gravity = page.figure("gravity");
  ASSERT_NE(gravity, nullptr);
  EXPECT_THAT(gravity->title, HasSubstr("% less is shipped"));
  EXPECT_EQ(gravity->specification["layer"].size(), 3U);
  Json const& values = gravity->specification["data"]["values"];
  EXPECT_EQ(values.size(), gravity->data.rows.size());
  // The wedge of intervals is as wide as the points.
  Json const& line = gravity->specification["layer"][2]["data"]["values"];
  EXPECT_EQ(line.front()["distance"], values.front()["distance"]);
  EXPECT_EQ(line.back()["distance"], values.back()["distance"]);
  EXPECT_GT(line.front()["line"], line.back()["line"]);
}

TEST(InteractionReport, TheTradedSectorIsShownAsTheFilesGiveIt) {
  InteractionInputs inputs = test::synthetic_interaction({});
  for (char const* name : {"traded-shares", "traded", "productivity", "traded-industries"}) {
    EXPECT_NE(Page(inputs).figure(name), nullptr) << name;
  }
  inputs.product_by_industry.reset();
  Page const without(inputs);
  EXPECT_EQ(without.figure("productivity"), nullptr);
  EXPECT_THAT(without.figure("traded-shares")->data.columns, Not(Contains("Share in product")));
  inputs.employment.reset();
  EXPECT_EQ(Page(inputs).figure("traded-shares"), nullptr);
}

TEST(InteractionReport, AxesNameTheUnitsThatTheStudyGives) {
  Page const page(test::synthetic_interaction({}));
  EXPECT_EQ(page.figure("shipments")->specification["encoding"]["x"]["title"], "Shipments, thousand USD");
  EXPECT_EQ(page.figure("product")->specification["encoding"]["x"]["title"], "Product") << "no unit is given";
}

TEST(InteractionReport, OneRegionAndNothingShippedHaveAReport) {
  for (auto const& [regions, values] : {std::pair<Index, std::vector<double>>{1, {7}}, {3, {0, 0, 0}}}) {
    InteractionInputs inputs = shipments_between(regions, values);
    inputs.product.assign(static_cast<std::size_t>(regions), 1);
    inputs.distances.assign(static_cast<std::size_t>(regions * regions), 10);
    Page const page(inputs, test::synthetic_boundaries(regions));
    EXPECT_THAT(page.figure("shipments")->title, HasSubstr("No region ships to another"));
    EXPECT_THAT(page.figure("flow-map")->title, HasSubstr("No region on the map ships to another"));
    EXPECT_THAT(page.figure("gravity")->title, HasSubstr("No gravity regression has a result"));
    EXPECT_FALSE(format::render_html(page.report).empty());
  }
}

}  // namespace
}  // namespace regio::study
