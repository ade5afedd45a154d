"""Which classes belong to the application, and which are plumbing that never explains a leak."""

from __future__ import annotations

PLUMBING_PREFIXES = (
    "java.", "javax.", "jdk.", "sun.", "com.sun.",      # the class library
    "jakarta.", "kotlin.", "kotlinx.", "scala.", "groovy.", "clojure.",     # languages and interfaces on top of it
    "dalvik.", "android.", "androidx.", "libcore.",     # Android's class library
    "(",                                                # a class that the dump does not hold
)
"""A class library holds what it is told to hold: the field of whoever told it is the answer."""

GENERATED = ("$$Lambda", "$$EnhancerBy", "$$FastClass", "$Proxy", "LambdaForm$", "$$SpringCGLIB")
"""Parts of the names of classes that the machine or a framework makes; they stand for the class they were made for."""

PRIMITIVES = frozenset({"boolean", "char", "float", "double", "byte", "short", "int", "long"})


def is_application(class_name: str) -> bool:
    """Whether somebody wrote the class for the application (or a library of it), and it is no array of primitives.

    >>> [is_application(name) for name in ("shop.Cart", "shop.Cart[]", "byte[]", "java.util.Map", "Shop$$Lambda")]
    [True, True, False, False, False]
    """
    element = class_name.rstrip("[]")
    if element in PRIMITIVES or not element or element.startswith(PLUMBING_PREFIXES):
        return False
    return not any(part in element for part in GENERATED)
