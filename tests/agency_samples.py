"""A directory of agencies for tests."""

# Invented: a province that was merged on 1 July 2025, with its districts gone and its communes joined or split.
TABLE = """code,old_code,name,level,parent,kind,valid_from,valid_to,became
H99,000.00.00.H99,Ủy ban nhân dân tỉnh Lam Giang,tỉnh,,UBND,,2025-06-30,H98
H98,000.00.00.H98,Ủy ban nhân dân tỉnh Bạch Sơn,tỉnh,,UBND,,,
H99.13,000.00.13.H99,Sở Nội vụ tỉnh Lam Giang,tỉnh,H99,sở,,2025-06-30,H98.13
H98.13,,Sở Nội vụ tỉnh Bạch Sơn,tỉnh,000.00.00.H98,sở,,,
H99.31,,Ủy ban nhân dân huyện Bình Khê,huyện,H99,ubnd,,2025-06-30,
H99.31.21,,Ủy ban nhân dân xã An Lạc,xã,H99.31,ubnd,,2025-06-30,H98.101
H99.31.22,,Ủy ban nhân dân xã Bình An,xã,H99.31,ubnd,,2025-06-30,H98.101
H99.31.23,,Ủy ban nhân dân xã Đôi Ngả,xã,H99.31,ubnd,,2025-06-30,H98.101; H98.102
H98.101,,Ủy ban nhân dân xã Bình Lạc,xã,H98,ubnd,2025-07-01,,
H98.102,,Ủy ban nhân dân xã Đông Lạc,xã,H98,ubnd,2025-07-01,,
"""
