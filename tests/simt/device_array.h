/* An array in device memory for tests, copied in and out as vectors. */
#ifndef DEVICE_ARRAY_H
#define DEVICE_ARRAY_H

#include <vector>

#include "kernels/common/port.h"

template <class T> class DeviceArray
{
  public:
    explicit DeviceArray(size_t n) : n_(n)
    {
        cudaMalloc(&d_, n * sizeof(T));
    }
    explicit DeviceArray(const std::vector<T> &values) : DeviceArray(values.size())
    {
        cudaMemcpy(d_, values.data(), n_ * sizeof(T), cudaMemcpyHostToDevice);
        cudaStreamSynchronize(nullptr); /* for streams that do not wait for the default one */
    }
    ~DeviceArray()
    {
        cudaFree(d_);
    }
    DeviceArray(const DeviceArray &) = delete;
    DeviceArray &operator=(const DeviceArray &) = delete;

    T *get() const
    {
        return d_;
    }
    std::vector<T> copy() const
    {
        std::vector<T> values(n_);
        cudaMemcpy(values.data(), d_, n_ * sizeof(T), cudaMemcpyDeviceToHost);
        return values;
    }

  private:
    size_t n_;
    T *d_ = nullptr;
};

#endif
