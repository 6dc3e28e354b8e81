#include "broker/journal/data_directory.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/broker/journal/store_fixture.hpp"

namespace palabre::broker {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

class DataDirectoryTest : public StoreTest {};

fs::perms permissions(const fs::path& path) { return fs::status(path).permissions(); }

TEST_F(DataDirectoryTest, is_made_with_its_parents_for_its_owner_only) {
  const fs::path path = temporary() / "deep" / "data";
  const OpenStore store(path);
  constexpr fs::perms kOwnerFile = fs::perms::owner_read | fs::perms::owner_write;
  EXPECT_EQ(permissions(path), fs::perms::owner_all);
  EXPECT_EQ(permissions(store.directory.database_path()), kOwnerFile);
  EXPECT_EQ(permissions(store.directory.database_path().string() + "-wal"), kOwnerFile);
}

TEST_F(DataDirectoryTest, takes_a_relative_path_and_a_closing_slash) {
  const DataDirectory directory(fs::relative(data()).string() + "/");
  EXPECT_TRUE(fs::equivalent(directory.path(), data()));
}

TEST_F(DataDirectoryTest, refuses_a_second_broker_and_names_the_place) {
  const DataDirectory first(data());
  EXPECT_THAT(
      [&] { DataDirectory second(data()); },
      ThrowsMessage<StoreUnusable>("another broker already serves the data directory " + data().string()));
}

TEST_F(DataDirectoryTest, is_free_again_after_its_broker_left) {
  { const DataDirectory first(data()); }
  EXPECT_NO_THROW(DataDirectory{data()});
}

TEST_F(DataDirectoryTest, refuses_a_file_in_its_place) {
  std::ofstream(data()) << "a file";
  EXPECT_THAT([&] { DataDirectory directory(data()); },
              ThrowsMessage<StoreUnusable>(HasSubstr(data().string())));
}

}  // namespace
}  // namespace palabre::broker
