/* The host side behaves like the CUDA runtime: errors, memory, launches, executors. */
#include <criterion/criterion.h>

#include <thread>

#include "control.h"
#include "device_array.h"

extern "C" __global__ void fill_kernel(float *x, float value)
{
    x[blockIdx.x * blockDim.x + threadIdx.x] = value;
}

extern "C" __global__ void broken_kernel(float *x)
{
    if (threadIdx.x < 16)
        __syncthreads();
    x[threadIdx.x] = 1.0f;
    __syncthreads();
}

Test(simt_host, an_impossible_launch_is_an_error_once)
{
    const dim3 bad_grids[] = {{0}, {1, simt::most_rows() + 1}, {1, 1, 65536}},
               bad_blocks[] = {{0}, {1025}, {32, 33}, {1, 1, 65}};
    DeviceArray<float> x(32);
    for (dim3 grid : bad_grids) {
        ESW_LAUNCH(fill_kernel, grid, 32, 0, nullptr, x.get(), 1.0f);
        cr_assert_eq(cudaGetLastError(), cudaErrorInvalidConfiguration);
    }
    for (dim3 block : bad_blocks) {
        ESW_LAUNCH(fill_kernel, 1, block, 0, nullptr, x.get(), 1.0f);
        cr_assert_eq(cudaGetLastError(), cudaErrorInvalidConfiguration);
    }
    ESW_LAUNCH(fill_kernel, 1, 32, 1 << 20, nullptr, x.get(), 1.0f);
    cr_assert_eq(cudaPeekAtLastError(), cudaErrorInvalidConfiguration);
    cr_assert_eq(cudaGetLastError(), cudaErrorInvalidConfiguration);
    cr_assert_eq(cudaGetLastError(), cudaSuccess);
    ESW_LAUNCH(fill_kernel, 1, 32, 0, nullptr, x.get(), 2.0f);
    cr_assert_eq(x.copy()[31], 2.0f);
}

Test(simt_host, a_fault_of_a_kernel_stays_until_the_device_is_reset)
{
    simt::config.print_reports = false;
    float *x, *y, h_x[32];
    cr_assert_eq(cudaMalloc(&x, sizeof h_x), cudaSuccess);
    ESW_LAUNCH(broken_kernel, 1, 32, 0, nullptr, x);
    cr_assert_eq(simt::reports().size(), 1u);
    cr_assert_eq(cudaGetLastError(), cudaErrorLaunchFailure);
    cr_assert_eq(cudaGetLastError(), cudaErrorLaunchFailure);
    cr_assert_eq(cudaMemcpy(h_x, x, sizeof h_x, cudaMemcpyDeviceToHost), cudaErrorLaunchFailure);
    cr_assert_eq(cudaMalloc(&y, 4), cudaErrorLaunchFailure);
    cr_assert_eq(cudaDeviceSynchronize(), cudaErrorLaunchFailure);
    cr_assert_eq(cudaDeviceReset(), cudaSuccess);
    simt::clear_reports();

    DeviceArray<float> z(32); /* the layer goes on as new */
    ESW_LAUNCH(fill_kernel, 1, 32, 0, nullptr, z.get(), 3.0f);
    cr_assert_eq(z.copy()[0], 3.0f);
    cr_assert(simt::reports().empty());
}

Test(simt_host, injected_errors_hit_the_call_they_name)
{
    float *a, *b;
    simt::inject_error("cudaMalloc", 2, cudaErrorMemoryAllocation);
    cr_assert_eq(cudaMalloc(&a, 64), cudaSuccess);
    cr_assert_eq(cudaMalloc(&b, 64), cudaErrorMemoryAllocation);
    cr_assert_eq(cudaGetLastError(), cudaErrorMemoryAllocation);
    cr_assert_eq(cudaMalloc(&b, 64), cudaSuccess);
    simt::inject_error("launch", 1, cudaErrorLaunchFailure);
    ESW_LAUNCH(fill_kernel, 1, 16, 0, nullptr, a, 1.0f);
    cr_assert_eq(cudaPeekAtLastError(), cudaErrorLaunchFailure);
    cr_assert_eq(cudaDeviceSynchronize(), cudaErrorLaunchFailure, "a lost device stays lost");
    cr_assert_eq(cudaFree(a), cudaErrorLaunchFailure);
    cr_assert_eq(simt::live_allocations().size(), 1u, "memory is given back nevertheless");
    cudaDeviceReset();
    cr_assert(simt::live_allocations().empty());
}

Test(simt_host, a_kernel_that_faults_while_it_runs_shows_at_the_next_call_that_waits)
{
    simt::config.defer_streams = true;
    DeviceArray<float> x(32);
    cudaStream_t stream;
    cudaStreamCreate(&stream);
    simt::inject_error("kernel", 2, cudaErrorIllegalAddress);
    ESW_LAUNCH(fill_kernel, 1, 32, 0, stream, x.get(), 1.0f);
    ESW_LAUNCH(fill_kernel, 1, 32, 0, stream, x.get(), 2.0f);
    cr_assert_eq(cudaGetLastError(), cudaSuccess);
    cr_assert_eq(cudaStreamSynchronize(stream), cudaErrorIllegalAddress);
    ESW_LAUNCH(fill_kernel, 1, 32, 0, stream, x.get(), 1.0f);
    cr_assert_eq(cudaGetLastError(), cudaErrorIllegalAddress);
    cr_assert_eq(cudaStreamDestroy(stream), cudaErrorIllegalAddress);
}

Test(simt_host, any_call_can_be_the_one_that_loses_the_device)
{
    float *a;
    simt::inject_error("any", 3, cudaErrorECCUncorrectable);
    cr_assert_eq(cudaMalloc(&a, 64), cudaSuccess);
    cr_assert_eq(cudaMemset(a, 0, 64), cudaSuccess);
    cr_assert_eq(cudaMemset(a, 0, 64), cudaErrorECCUncorrectable);
    cr_assert_eq(cudaDeviceSynchronize(), cudaErrorECCUncorrectable);
    cr_assert_eq(cudaFree(a), cudaErrorECCUncorrectable);
    cr_assert_eq(simt::report_leaks(), 0);
}

Test(simt_host, what_is_not_given_back_is_named_with_its_line)
{
    simt::config.print_reports = false;
    float *device, *pinned;
    cudaEvent_t event;
    cudaMalloc(&device, 12);
    cudaMallocHost(&pinned, 8);
    cudaEventCreate(&event);
    cr_assert_eq(simt::report_leaks(), 3);
    for (const std::string &text : simt::reports())
        cr_assert(text.find("test_host.cu:") != std::string::npos, "%s", text.c_str());
    cr_assert_eq(cudaFree(device), cudaSuccess, "a leak harms nothing");
    cudaFreeHost(pinned);
    cudaEventDestroy(event);
}

Test(simt_host, devices_have_memory_streams_and_faults_of_their_own)
{
    simt::config.devices = 2;
    simt::config.print_reports = false;
    simt::set_device_memory(1024);
    int count;
    float *on_first, *on_second;
    cudaStream_t of_first;
    cr_assert_eq(cudaGetDeviceCount(&count), cudaSuccess);
    cr_assert_eq(count, 2);
    cr_assert_eq(cudaSetDevice(2), cudaErrorInvalidDevice);
    cr_assert_eq(cudaMalloc(&on_first, 1024), cudaSuccess);
    cr_assert_eq(cudaStreamCreate(&of_first), cudaSuccess);

    cr_assert_eq(cudaSetDevice(1), cudaSuccess);
    cr_assert_eq(cudaMalloc(&on_second, 1024), cudaSuccess);
    cr_assert_eq(simt::live_allocations().size(), 1u);
    cudaGetLastError();
    ESW_LAUNCH(fill_kernel, 1, 16, 0, of_first, on_second, 1.0f);
    cr_assert_eq(cudaGetLastError(), cudaErrorInvalidResourceHandle);
    ESW_LAUNCH(broken_kernel, 1, 32, 0, nullptr, on_second);
    cr_assert_eq(cudaDeviceSynchronize(), cudaErrorLaunchFailure);

    cr_assert_eq(cudaSetDevice(0), cudaSuccess);
    cr_assert_eq(cudaGetLastError(), cudaErrorLaunchFailure, "what this thread met last");
    ESW_LAUNCH(fill_kernel, 1, 16, 0, of_first, on_first, 1.0f);
    cr_assert_eq(cudaStreamSynchronize(of_first), cudaSuccess);
    cr_assert_eq(cudaDeviceReset(), cudaSuccess);
    cr_assert_eq(cudaSetDevice(1), cudaSuccess);
    cr_assert_eq(cudaFree(on_second), cudaErrorLaunchFailure);
}

/* Fills an array again and again on a device of its own. */
static void work(int device, float *result)
{
    cudaSetDevice(device);
    for (int i = 0; i < 50; i++) {
        DeviceArray<float> x(64);
        cudaStream_t stream;
        cudaStreamCreate(&stream);
        ESW_LAUNCH(fill_kernel, 2, 32, 0, stream, x.get(), static_cast<float>(device + 1));
        cudaStreamSynchronize(stream);
        cudaStreamDestroy(stream);
        for (float value : x.copy())
            *result += value;
    }
}

Test(simt_host, host_threads_work_on_devices_side_by_side)
{
    simt::config.devices = 3;
    simt::config.defer_streams = true;
    float result[3] = {};
    std::vector<std::thread> threads;
    for (int device = 0; device < 3; device++)
        threads.emplace_back(work, device, &result[device]);
    for (std::thread &thread : threads)
        thread.join();
    for (int device = 0; device < 3; device++)
        cr_assert_eq(result[device], 50.0f * 64.0f * static_cast<float>(device + 1));
    cr_assert(simt::reports().empty());
}

Test(simt_host, much_dynamic_shared_memory_needs_permission)
{
    DeviceArray<float> x(32);
    ESW_LAUNCH(fill_kernel, 1, 32, 64 << 10, nullptr, x.get(), 1.0f);
    cr_assert_eq(cudaGetLastError(), cudaErrorInvalidConfiguration);
    cr_assert_eq(cudaFuncSetAttribute(fill_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 << 10),
                 cudaSuccess);
    ESW_LAUNCH(fill_kernel, 1, 32, 64 << 10, nullptr, x.get(), 1.0f);
    cr_assert_eq(cudaGetLastError(), cudaSuccess);
    cr_assert_eq(cudaFuncSetAttribute(fill_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, 228 << 10),
                 cudaErrorInvalidValue);
}

Test(simt_host, device_memory_is_finite)
{
    size_t free_bytes, total_bytes;
    simt::set_device_memory(1 << 20);
    float *a, *b;
    cr_assert_eq(cudaMalloc(&a, 3 << 18), cudaSuccess);
    cudaMemGetInfo(&free_bytes, &total_bytes);
    cr_assert_eq(free_bytes, static_cast<size_t>(1 << 18));
    cr_assert_eq(total_bytes, static_cast<size_t>(1 << 20));
    cr_assert_eq(cudaMalloc(&b, (1 << 18) + 1), cudaErrorMemoryAllocation);
    cr_assert_eq(cudaGetLastError(), cudaErrorMemoryAllocation);
    cr_assert_eq(cudaFree(a), cudaSuccess);
    cr_assert_eq(cudaMalloc(&b, 1 << 20), cudaSuccess);
    cr_assert_eq(cudaFree(b), cudaSuccess);
}

Test(simt_host, memset_and_device_copies_act_on_bytes)
{
    DeviceArray<unsigned> a(std::vector<unsigned>{1, 2, 3, 4}), b(4);
    cr_assert_eq(cudaMemcpy(b.get(), a.get(), 16, cudaMemcpyDeviceToDevice), cudaSuccess);
    cr_assert_eq(cudaMemset(b.get() + 1, 0xab, 8), cudaSuccess);
    cr_assert((b.copy() == std::vector<unsigned>{1, 0xabababab, 0xabababab, 4}));
}

Test(simt_host, every_error_has_a_name_and_a_text)
{
    cr_assert_str_eq(cudaGetErrorName(cudaErrorLaunchFailure), "cudaErrorLaunchFailure");
    cr_assert_str_eq(cudaGetErrorString(cudaErrorLaunchFailure), "unspecified launch failure");
    cr_assert_str_eq(cudaGetErrorString(static_cast<cudaError_t>(3)), "unrecognized error code");
}

class Recorder final : public simt::Executor
{
  public:
    std::string kernel, fault;
    simt::Launch launch{};
    float value = 0.0f;
    std::string run(const simt::Launch &l) override
    {
        kernel = l.kernel;
        launch = l;
        memcpy(&value, l.arguments[1].data, sizeof value);
        return fault;
    }
};

Test(simt_host, an_executor_gets_the_launch_instead_of_the_compiled_kernel)
{
    simt::config.print_reports = false;
    DeviceArray<float> x(std::vector<float>{5.0f});
    Recorder recorder;
    simt::set_executor(&recorder);
    ESW_LAUNCH(fill_kernel, dim3(2, 3), dim3(4, 5, 6), 128, nullptr, x.get(), 2.5f);
    cr_assert_eq(x.copy()[0], 5.0f, "the kernel itself did not run");
    cr_assert_str_eq(recorder.kernel.c_str(), "fill_kernel");
    cr_assert_eq(recorder.launch.grid.y, 3u);
    cr_assert_eq(recorder.launch.block.z, 6u);
    cr_assert_eq(recorder.launch.dynamic_shared_bytes, 128u);
    cr_assert_eq(recorder.launch.arguments.size(), 2u);
    cr_assert_eq(recorder.launch.arguments[0].bytes, sizeof(float *));
    cr_assert_eq(recorder.value, 2.5f);

    recorder.fault = "something broke";
    ESW_LAUNCH(fill_kernel, 1, 1, 0, nullptr, x.get(), 1.0f);
    simt::set_executor(nullptr);
    cr_assert_eq(cudaGetLastError(), cudaErrorLaunchFailure);
    cr_assert_str_eq(simt::reports().at(0).c_str(), "simt: kernel fill_kernel: something broke");
    cudaDeviceReset();
}
