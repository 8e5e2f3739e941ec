"""AS numbers of the registry against the table of networks: a second source for each."""

import shutil

from sovscan.knowledge import default_datasets
from sovscan.knowledge.check import check
from tests.conftest import TODAY


def test_a_number_that_announces_nothing_is_a_warning_with_its_line(tmp_path):
    folder = shutil.copytree(default_datasets(), tmp_path / "datasets")
    path = folder / "vendors" / "belnet.toml"
    path.write_text(path.read_text().replace("2611", "4199999999"))
    faults, warnings = check(folder, TODAY)
    assert faults == []
    (told,) = [warning for warning in warnings if "AS4199999999" in warning]
    assert told.startswith("datasets/vendors/belnet.toml:")


def test_most_numbers_of_the_registry_are_in_the_table(registry):
    numbers = {
        n
        for vendor in registry.vendors.values()
        for rule in vendor.fingerprints
        for n in rule.number
    }
    missing = numbers - registry.networks.numbers
    assert len(numbers) > 150
    assert len(missing) / len(numbers) < 0.05
