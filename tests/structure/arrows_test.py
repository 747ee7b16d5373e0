"""The check of the arrows must itself find each kind of violation."""
import unittest

from arrows import violation


class Arrows(unittest.TestCase):
    def refused(self, source, target, quoted=True):
        self.assertIsNotNone(violation(source, target, quoted), f"{source} -> {target} was accepted")

    def allowed(self, source, target, quoted=True):
        self.assertIsNone(violation(source, target, quoted), f"{source} -> {target} was refused")

    def test_public_headers_stand_alone(self):
        self.refused("include/regio/kmeans.hpp", "core/backend.hpp")
        self.refused("include/regio/engine.hpp", "cuda_runtime.h", quoted=False)
        self.allowed("include/regio/kmeans.hpp", "regio/views.hpp", quoted=False)

    def test_folders_of_host_keep_their_order(self):
        self.refused("host/core/engine.cpp", "format/csv_reader.hpp")
        self.refused("host/format/report.cpp", "study/runner.hpp")
        self.refused("host/cluster/kmeans.cpp", "balancing/ras_operation.hpp")
        self.refused("host/study/runner.cpp", "cli/main.hpp")
        self.allowed("host/study/runner.cpp", "cluster/kmeans_operation.hpp")
        self.allowed("host/optimization/omiom.cpp", "regionalization/pipeline.hpp")
        self.refused("host/regionalization/pipeline.cpp", "optimization/omiom.hpp")

    def test_cuda_stays_where_it_belongs(self):
        self.refused("host/cluster/kmeans_cpu.cpp", "cublas_v2.h", quoted=False)
        self.refused("bench/kmeans_bench.cpp", "thrust/sort.h", quoted=False)
        self.allowed("host/cuda/device.cpp", "cuda_runtime_api.h", quoted=False)
        self.refused("host/cluster/kmeans.cpp", "kernels/kmeans.cuh")
        self.refused("kernels/kmeans.cuh", "cluster/kmeans_operation.hpp")
        self.allowed("kernels/kmeans.cuh", "core/philox.hpp")

    def test_benchmarks_and_examples_use_the_public_interface(self):
        self.refused("bench/kmeans_bench.cpp", "core/backend.hpp")
        self.refused("examples/clusters.cpp", "format/csv_reader.hpp")


if __name__ == "__main__":
    unittest.main()
