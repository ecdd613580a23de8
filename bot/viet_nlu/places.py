"""Names of Hanoi's wards, communes and former districts as citizens write them: evidence for the tagger. Only data."""

from __future__ import annotations

from typing import Final

_NAMES: Final = (
    "Hoàn Kiếm|Cửa Nam|Ba Đình|Ngọc Hà|Giảng Võ|Hai Bà Trưng|Vĩnh Tuy|Bạch Mai|Đống Đa|Kim Liên|Văn Miếu|Láng"
    "|Ô Chợ Dừa|Hồng Hà|Lĩnh Nam|Hoàng Mai|Vĩnh Hưng|Tương Mai|Định Công|Hoàng Liệt|Yên Sở|Thanh Xuân"
    "|Khương Đình|Phương Liệt|Cầu Giấy|Nghĩa Đô|Yên Hòa|Tây Hồ|Phú Thượng|Tây Tựu|Phú Diễn|Xuân Đỉnh"
    "|Đông Ngạc|Thượng Cát|Từ Liêm|Xuân Phương|Tây Mỗ|Đại Mỗ|Long Biên|Bồ Đề|Việt Hưng|Phúc Lợi|Hà Đông"
    "|Dương Nội|Yên Nghĩa|Phú Lương|Kiến Hưng|Thanh Trì|Đại Thanh|Nam Phù|Ngọc Hồi|Thanh Liệt|Thượng Phúc"
    "|Thường Tín|Chương Dương|Hồng Vân|Phú Xuyên|Phượng Dực|Chuyên Mỹ|Đại Xuyên|Thanh Oai|Bình Minh|Tam Hưng"
    "|Dân Hòa|Vân Đình|Ứng Thiên|Hòa Xá|Ứng Hòa|Mỹ Đức|Hồng Sơn|Phúc Sơn|Hương Sơn|Chương Mỹ|Phú Nghĩa"
    "|Xuân Mai|Trần Phú|Hòa Phú|Quảng Bị|Minh Châu|Quảng Oai|Vật Lại|Cổ Đô|Bất Bạt|Suối Hai|Ba Vì|Yên Bài"
    "|Sơn Tây|Tùng Thiện|Đoài Phương|Phúc Thọ|Phúc Lộc|Hát Môn|Thạch Thất|Hạ Bằng|Tây Phương|Hòa Lạc|Yên Xuân"
    "|Quốc Oai|Hưng Đạo|Kiều Phú|Phú Cát|Hoài Đức|Dương Hòa|Sơn Đồng|An Khánh|Đan Phượng|Ô Diên|Liên Minh"
    "|Gia Lâm|Thuận An|Bát Tràng|Phù Đổng|Thư Lâm|Đông Anh|Phúc Thịnh|Thiên Lộc|Vĩnh Thanh|Mê Linh|Yên Lãng"
    "|Tiến Thắng|Quang Minh|Sóc Sơn|Đa Phúc|Nội Bài|Trung Giã|Kim Anh|Bắc Từ Liêm|Nam Từ Liêm|Trung Hòa"
    "|Kim Mã|Dịch Vọng|Mai Dịch|Mỹ Đình|Trung Kính|Hàng Bông|Hàng Bạc|Tràng Tiền|Khâm Thiên|Thành Công"
    "|Ngọc Khánh|Quan Hoa|Linh Đàm|Đại Kim|Nhân Chính|Khương Trung|Mễ Trì|Cổ Nhuế|Xuân La|Quảng An|Thụy Khuê"
    "|Ngọc Lâm|Sài Đồng|Văn Quán|Mộ Lao|Láng Hạ|Láng Thượng|Nghĩa Tân|Cát Linh|Văn Chương|Trung Liệt"
    "|Thịnh Quang|Cống Vị|Liễu Giai|Trúc Bạch|Quán Thánh|Phúc Xá|Phúc Tân|Đồng Xuân|Hàng Mã|Hàng Buồm"
    "|Hàng Đào|Hàng Gai|Hàng Trống|Cửa Đông|Thanh Nhàn|Quỳnh Lôi|Quỳnh Mai|Hạ Đình|Kim Giang|Thượng Đình"
    "|Phương Mai|Khương Mai|Thanh Xuân Bắc|Thanh Xuân Nam|Thanh Xuân Trung|Giáp Bát|Tân Mai|Mai Động"
    "|Thịnh Liệt|Dịch Vọng Hậu|Nhật Tân|Tứ Liên|Yên Phụ|Phú Đô|Cầu Diễn|Trung Văn|Phúc Diễn|Thụy Phương"
    "|Liên Mạc|Xuân Tảo|Gia Thụy|Ngọc Thụy|Đức Giang|Giang Biên|Phúc Đồng|Thạch Bàn|Cự Khối|Thượng Thanh"
    "|Vạn Phúc|Phú La|La Khê|Phúc La|Hà Cầu|Đồng Mai|Biên Giang|Kim Chung|Trâu Quỳ|Hà Nội"
)
PLACES: Final = tuple(_NAMES.split("|"))
