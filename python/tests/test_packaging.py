"""The distribution: its version, requirements, entry point and files, and the imports that it causes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import slymock
from slymock import binary

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # a dependency of pytest on these releases

PYTHON = Path(__file__).resolve().parents[1]
RELEASES = ["3.9", "3.10", "3.11", "3.12", "3.13"]


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    table: dict[str, Any] = read(PYTHON / "pyproject.toml")["project"]
    return table


@pytest.fixture(scope="module")
def cargo() -> dict[str, Any]:
    return read(PYTHON.parent / "Cargo.toml")


def run(*args: object, cwd: Path | None = None) -> str:
    done = subprocess.run([str(arg) for arg in args], cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def packages_imported_by(code: str) -> set[str]:
    """Installed packages that ``code`` imports in a new process; those of an environment's .pth files do not count."""
    lines = [
        "import sys",
        "before = set(sys.modules)",
        code,
        "new = [(name, getattr(sys.modules[name], '__file__', None)) for name in set(sys.modules) - before]",
        "print(*{name.split('.')[0] for name, file in new if 'site-packages' in (file or '')})",
    ]
    return set(run(sys.executable, "-c", "\n".join(lines)).split())


class TestVersion:
    def test_the_version_is_the_workspaces(self, project: dict[str, Any], cargo: dict[str, Any]) -> None:
        expected = cargo["workspace"]["package"]["version"]
        assert project["dynamic"] == ["version"], "maturin takes the version from Cargo.toml only if it is dynamic"
        assert cargo["package"]["version"] == {"workspace": True}
        assert slymock.__version__ == expected
        assert metadata.version("slymock") == expected

    def test_the_binary_that_is_found_has_the_version_of_the_package(self) -> None:
        assert run(binary.find(), "--version").split() == ["slymock", slymock.__version__]


class TestRequirements:
    @staticmethod
    def of(project: dict[str, Any], release: str) -> list[Requirement]:
        everywhere = map(Requirement, project["dependencies"])
        return [it for it in everywhere if it.marker is None or it.marker.evaluate({"python_version": release})]

    @pytest.mark.parametrize("release", RELEASES)
    def test_time_machine_is_all_that_running_needs(self, project: dict[str, Any], release: str) -> None:
        assert [requirement.name for requirement in self.of(project, release)] == ["time-machine"]

    @pytest.mark.parametrize("release", RELEASES)
    def test_no_accepted_time_machine_replaces_the_monotonic_clock(
        self, project: dict[str, Any], release: str
    ) -> None:
        accepted = self.of(project, release)[0].specifier
        assert not list(accepted.filter(["2.13.0", "2.14.2", "2.16.0", "2.19.0"]))
        # The newest release for 3.9 that leaves the clock real, and the newest ones for 3.10 and for later releases.
        newest = "2.12.0" if release == "3.9" else "3.5.1" if release == "3.10" else "3.6.0"
        assert newest in accepted

    def test_the_time_machine_of_this_environment_is_accepted(self, project: dict[str, Any]) -> None:
        release = f"{sys.version_info[0]}.{sys.version_info[1]}"
        assert metadata.version("time-machine") in self.of(project, release)[0].specifier

    def test_each_extra_brings_the_package_of_its_name(self, project: dict[str, Any]) -> None:
        extras = project["optional-dependencies"]
        assert {extra: [Requirement(text).name for text in needs] for extra, needs in extras.items()} == {
            "hypothesis": ["hypothesis"],
            "pytest": ["pytest"],
        }

    def test_each_release_that_is_named_is_accepted_and_the_one_before_is_not(self, project: dict[str, Any]) -> None:
        accepted = Requirement(f"python{project['requires-python']}").specifier
        named = [it.rsplit(" ", 1)[1] for it in project["classifiers"] if re.search(r"Python :: 3\.\d+$", it)]
        assert named == RELEASES == list(accepted.filter(["3.8", *RELEASES]))


class TestFiles:
    def test_the_entry_point_is_the_plugin(self, project: dict[str, Any]) -> None:
        assert project["entry-points"] == {"pytest11": {"slymock": "slymock.plugin"}}
        points = metadata.distribution("slymock").entry_points
        installed = [point for point in points if point.group == "pytest11"]
        assert [(point.name, point.load().__name__) for point in installed] == [("slymock", "slymock.plugin")]

    def test_the_package_is_marked_as_typed(self, project: dict[str, Any]) -> None:
        assert (Path(slymock.__file__).parent / "py.typed").is_file()
        assert "Typing :: Typed" in project["classifiers"]

    def test_the_readme_is_the_one_of_this_folder(self, project: dict[str, Any]) -> None:
        assert (PYTHON / project["readme"]).resolve() == PYTHON / "README.md"
        assert (PYTHON / "README.md").is_file()

    def test_the_licenses_are_the_workspaces(self, project: dict[str, Any], cargo: dict[str, Any]) -> None:
        assert project["license"] == cargo["workspace"]["package"]["license"]
        assert len(project["license-files"]) == 2
        for name in project["license-files"]:
            assert (PYTHON / name).read_bytes() == (PYTHON.parent / name).read_bytes()

    def test_each_source_is_valid_for_the_oldest_release(self) -> None:
        sources = sorted((PYTHON / "src").rglob("*.py"))
        assert PYTHON / "src/slymock/plugin.py" in sources
        for source in sources:
            ast.parse(source.read_text(encoding="utf-8"), str(source), feature_version=(3, 9))


class TestImports:
    def test_import_slymock_imports_nothing_but_the_standard_library(self) -> None:
        assert packages_imported_by("import slymock") <= {"slymock"}
        assert "time_machine" in packages_imported_by("import slymock, time_machine")

    @pytest.mark.parametrize(("mark", "is_imported"), [("", False), ("(virtual_time=True)", True)])
    def test_time_machine_is_imported_only_by_virtual_time(
        self, tmp_path: Path, mark: str, is_imported: bool
    ) -> None:
        test = tmp_path / "test_it.py"
        test.write_text(
            "import sys, pytest\n"
            f"@pytest.mark.slymock{mark}\n"
            "def test_it(sly_world):\n"
            "    assert sly_world.tasks.create().status\n"
            f"    assert ('time_machine' in sys.modules) is {is_imported}\n"
        )
        # time-machine has a pytest plugin of its own, which imports it in every test run.
        plain = ["-p", "no:time_machine", "-p", "no:cacheprovider", "-p", "no:xdist"]
        assert "1 passed" in run(sys.executable, "-m", "pytest", "-q", *plain, test, cwd=tmp_path)
