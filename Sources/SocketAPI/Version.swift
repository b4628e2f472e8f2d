/// The version of everything in this package: the programs are released together.
package let keyturnVersion = "0.1.0"
