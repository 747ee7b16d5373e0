"""Reads the includes of the project and reports every arrow that docs/architecture.md forbids.

    arrows.py FOLDER     prints the violations; exit status 1 when there is one
"""
import pathlib
import re
import sys

CAPABILITIES = {"cluster", "interaction", "balancing", "inputoutput", "regionalization", "optimization", "synthesis"}

# What each folder of host/ may include besides itself and include/regio.
ALLOWED = {"core": set(), "format": {"core"}}
ALLOWED.update({capability: {"core", "format"} for capability in CAPABILITIES})
ALLOWED["regionalization"] |= {"inputoutput"}
ALLOWED["optimization"] |= {"inputoutput", "regionalization"}
ALLOWED["study"] = {"core", "format"} | CAPABILITIES
ALLOWED["cli"] = {"core", "format", "study"} | CAPABILITIES
ALLOWED["cuda"] = {"core"} | CAPABILITIES

# Headers of host/ written for both compilers; kernels may include them.
FOR_BOTH_SIDES = {"balancing/compensated_sum.hpp", "balancing/margin_residual.hpp", "balancing/multiplier_step.hpp",
                  "balancing/national_step.hpp", "balancing/relaxation.hpp", "cluster/kmeans_stream_arithmetic.hpp",
                  "cluster/silhouette_width.hpp", "core/host_device.hpp", "core/philox.hpp",
                  "core/random_permutation.hpp", "core/whole_numbers.hpp", "interaction/resampling.hpp"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
CUDA_NAME = re.compile(r"^(cuda|cublas|cusolver|cusparse|thrust/|cub/|nv/|cooperative_groups)")
SOURCES = {".hpp", ".cpp", ".cuh", ".cu", ".h", ".c"}


def host_folder(target):
    folder = target.split("/")[0]
    return folder if folder in ALLOWED else None


def violation(source, target, quoted):
    """Why the file `source` (path relative to the root) may not include `target`, or None."""
    parts = pathlib.PurePosixPath(source).parts
    area = parts[0]
    if CUDA_NAME.match(target) and not target.startswith("cuda/"):
        if not (area == "kernels" or parts[:2] == ("host", "cuda") or area == "tests"):
            return "only host/cuda, kernels and tests may name CUDA"
        return None
    if area == "include":
        if quoted or host_folder(target) or target.startswith("kernels/"):
            return "public headers include only <regio/...> and the standard library"
        return None
    if area == "host":
        folder = parts[1]
        if target.startswith("kernels/"):
            return None if folder == "cuda" else "only host/cuda may include kernels"
        other = host_folder(target) if quoted else None
        if other and other != folder and other not in ALLOWED[folder]:
            return f"host/{folder} may not include host/{other}"
        return None
    if area == "kernels":
        if quoted and host_folder(target) and target not in FOR_BOTH_SIDES:
            return "kernels include include/, kernels/ and the headers of host/ for both sides"
        return None
    if area in ("bench", "examples", "python"):
        if quoted and host_folder(target):
            return f"{area} uses only the public interface"
        return None
    return None


def violations(root):
    found = []
    for area in ("include", "host", "kernels", "bench", "examples", "python"):
        for path in sorted((root / area).rglob("*")):
            if path.suffix not in SOURCES:
                continue
            source = path.relative_to(root).as_posix()
            text = path.read_text(encoding="utf-8")
            for match in INCLUDE.finditer(text):
                target = match.group(1) or match.group(2)
                reason = violation(source, target, match.group(1) is not None)
                if reason:
                    line = text.count("\n", 0, match.start()) + 1
                    found.append(f"{source}:{line}: includes {target}: {reason}")
    # The seam names no algorithm.
    seam = root / "host/core/backend.hpp"
    if seam.exists() and re.search(r"#include \"(?!core/)", seam.read_text(encoding="utf-8")):
        found.append("host/core/backend.hpp: the seam includes core headers only")
    return found


def main():
    found = violations(pathlib.Path(sys.argv[1]))
    print("\n".join(found) if found else "no forbidden arrow")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
