//go:build !goexperiment.simd || !amd64

package bulk

func choose() kernels { return portable }

func everyKernel() []kernels { return []kernels{portable} }
